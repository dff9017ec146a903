"""The findings of a dataset in the order in which a person should look at them.
Which checks there are is left to the parsers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gongkai.output.dataset import read_table

FAULTS = ("publisher", "extraction", "unknown")
"""Worst first: what the agency printed wrong, what we read with doubt, what may be either."""

RULES: dict[str, str] = {
    "row_total": "Six kinds of applicant do not add up to the row's total",
    "column_balance": "received + carried_in is not total + carried_out, in a column; the sum printed in the form",
    "result_total": "The outcomes do not add up to their total, in a column",
    "review_total": "upheld + corrected + other + pending is not the total, in a row of table four",
    "received_total": "The ways of asking do not add up to 收到申请数 (form 2014)",
    "closed_total": "按时 and 延期 do not add up to 申请办结数 (form 2014)",
    "replies_total": "The kinds of reply do not add up to 申请答复数 (form 2014)",
    "refused_total": "The reasons do not add up to 不同意公开答复数 (form 2014)",
    "reconsideration_total": "The outcomes do not add up to 行政复议数量 (form 2014)",
    "litigation_total": "The outcomes do not add up to 行政诉讼数量 (form 2014)",
    "staff_total": "专职 and 兼职 do not add up to 工作人员数 (form 2014)",
    "prose_conflict": "Sentences of a report without tables state different numbers for one quantity (form 2008)",
    "prose_number": "A number in the text equals no reading of the table it speaks of",
    "copies_disagree": "Two copies of a table differ: on one page, or on the page and in its attachment",
    "carry_over": "This year's carried_in is not last year's carried_out, in a column",
    "stock": "in_force is not last year's + issued - repealed",
    "jump": "A figure is many times last year's, or a small part of it",
    "copied_figures": "Many figures are those of another report, more than chance explains",
    "year_conflict": "Title, text and other places name different years",
    "agency_conflict": "Title, page data and signature name different agencies",
    "another_name": "The text says of another place or body what a report says of its own, as in a copied report",
    "year_inferred": "No title says the year; it was taken from elsewhere in the document",
    "region_ambiguous": "Which division is meant is not certain: several bear the name, the county of a township is unsaid, or the places printed contradict each other",
    "correction_lapsed": "A person's correction does not hold any more: the bytes, the printed text or the cell changed",
    "identity_corrected": "A person says otherwise who published the report; identities.toml was put over what was read",
    "late": "First published after the statutory day",
    "backdated": "Dated earlier than it can have been: its list was read whole after that day, without it",
    "page_of_several": "The page is one of several that an article was cut into; its others may hold what is missing",
    "row_missing": "A row of the form was not found in the document",
    "row_ragged": "A row has more or fewer numbers than columns, and not all readings could be ruled out",
    "left_over": "A number inside a table that no cell of the form took",
    "split_digits": "Digits of one number stood apart and were joined, proved by a sum",
}
"""Every rule that can occur in `findings`, with its meaning."""

FLAGS: dict[str, str] = {
    "approximate": "约 or 余 stands with the number",
    "blank_lines": "Empty lines of a flattened row were taken for blank cells; nothing else in the document proves it",
    "column_missing": "The row was found without this column",
    "cut_off": "The page breaks off within this cell: not all of its figure may be there",
    "disordered": "Figures of this table, or most of its rows, could not be placed: this one may be another's as well",
    "extra_column": "The row has more columns than the form; the sums showed which one is extra",
    "grouped": "A space was taken as thousand separator",
    "header_contradicted": "The header names the columns in another order, but the sums hold only for the form's",
    "header_missing": "Nothing names the columns and no row's figures prove their order; the form's was taken",
    "header_incomplete": "What is left of the header is in another order than the form's; the form's was taken",
    "label_behind": "The row's label is printed behind its figures",
    "label_crowded": "The figures of several rows stand behind the row's label, and some of them are nobody's",
    "label_repeated": "The row's label stands under two headings of the form, and one of these headings was not found",
    "label_missing": "The row's figures stand without a label; their place or the sums showed whose they are",
    "label_torn": "Only parts of the row's label were found",
    "leading_zero": "The number is printed with a zero in front",
    "merged_cell": "One printed cell spans several cells of the form",
    "negative": "A count below zero is printed",
    "next_row_missing": "Flattened table: the row after this one was not found, and the figure might be that row's",
    "not_a_number": "The cell holds text that is no number",
    "not_whole": "A count with a fraction is printed",
    "note": "A remark stands beside the number in its cell",
    "not_stated": "No sentence of this report states the quantity (form 2008)",
    "number_format": "The spreadsheet may show this cell otherwise: its format is not read or shows a sign by colour alone, or its formula's result is empty",
    "ocr": "Read from a picture, in running text, a table without lines or a form before 2019, where nothing proves it",
    "ocr_breaks_sum": "Read from a picture, and takes part in a sum that does not hold: the print or the reading may be wrong",
    "ocr_chosen_by_sum": "Read from a picture in more than one way; the sums hold with this reading only",
    "ocr_doubtful": "Read from a picture with too little certainty, or as a sign that looks like another, and proved by no sum",
    "ocr_faint": "Read from ink that is hardly darker than the paper, or much paler than other figures of its page",
    "ocr_layer_differs": "The text that the scanner's own recognition left in the file has another figure here than was read from its picture",
    "ocr_no_text": "There is ink in the cell of a picture, but no character could be recognised",
    "ocr_page_lost": "Read from a picture in a document of which another page shows a table that cannot be read: this may be the table of another year",
    "ocr_readings_differ": "Two readings of a picture's cell differ; the value is one of them",
    "other_body": "The table's caption names another body than the report's",
    "ocr_torn": "In a picture, ink stands across the side of this cell where no line is: two cells may have been joined or one torn",
    "other_unit": "The cell prints another unit than its column",
    "other_year": "The table's caption names another year than the report",
    "prose": "Read from a sentence, not from a table: of low confidence; a blank says that there was none, without a number",
    "pieced_together": "The row's figures stood in several places and were put together in reading order",
    "figures_beside": "The row is printed empty, and figures without a row stand over or under it",
    "ragged": "The row has more or fewer numbers than columns; the sums left one reading",
    "row_doubled": "The row's label is printed twice",
    "row_missing": "The table was found without this row",
    "second_copy_differs": "Another copy of the table in the document prints something else here",
    "several_readings": "More than one reading of the row agrees with the sums",
    "sign_in_words": "The sign of the number is printed as a word or an arrow (减2, ↓2)",
    "split_digits": "Digits of one number stood apart and were joined",
    "superseded": "The table stands under a line that calls it the one before a correction (更正前), and there is no other",
    "table_missing": "The table was not found in the document",
}
"""Every flag that can occur in `cells`, with its meaning."""

_SUMS = ("row_total", "column_balance", "result_total", "review_total", "carry_over", "stock", "received_total", "closed_total",
         "replies_total", "refused_total", "reconsideration_total", "litigation_total", "staff_total")  # fmt: skip


def worst_first(folder: Path) -> list[dict[str, Any]]:
    """Every finding with the agency, year and source of its report: by fault, broken sums before the rest, the largest
    difference first. Raises NotADataset when a file is damaged."""
    columns = ["report_id", "agency", "source", "status"]
    reports = {r["report_id"]: r for r in read_table(folder, "reports", columns).to_pylist()}
    found = read_table(folder, "findings").to_pylist()
    for finding in found:
        report = reports[finding["report_id"]]
        finding.update(agency=report["agency"], source=report["source"])
    return sorted(found, key=_rank)


def _rank(finding: dict[str, Any]) -> tuple[int, bool, float, str, str]:
    expected, actual = finding["expected"], finding["actual"]
    difference = abs(expected - actual) if expected is not None and actual is not None else 0.0
    return (
        FAULTS.index(finding["fault"]),
        finding["rule"] not in _SUMS,
        -difference,
        finding["report_id"],
        f"{finding['rule']} {finding['table']} {finding['row']} {finding['column']}",
    )


def place(finding: dict[str, Any]) -> str:
    """The cell, row or column a finding is about, as `table.row.column` with `*` for what it does not name."""
    parts = [finding["table"], finding["row"], finding["column"]]
    return ".".join(p or "*" for p in parts) if any(parts) else ""
