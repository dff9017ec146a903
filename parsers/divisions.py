"""China's divisions with their codes, parents and years: which one an agency's name means in the year of its report.
Taking a name apart is left to `names`, what a page says beside it to `identity`."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

STILL = 9999
"""The last year of a division that exists today."""


class Division(NamedTuple):
    """A division as it was called and coded from `first` to `last` (years). `code`: GB/T 2260. `id` stays the same
    when name or code change (洪泽县 320829 and 洪泽区 320813 are both 320813); one that was merged into another keeps its
    own. `successors`: ids of those that its territory belongs to since it ended, the larger part first."""

    code: str
    id: str
    name: str
    parent: str
    level: str
    first: int
    last: int
    successors: tuple[str, ...] = ()


@cache
def _by_name() -> dict[str, tuple[Division, ...]]:
    """Every division by its full name. Source and licence of the table: `.ci/divisions`."""
    found: dict[str, list[Division]] = {}
    with files(__package__).joinpath("divisions.csv").open(encoding="utf-8") as table:
        for line in csv.DictReader(table):
            first, last = int(line.pop("first")), int(line.pop("last") or STILL)
            after = tuple(line.pop("successors").split())
            found.setdefault(line["name"], []).append(Division(**line, first=first, last=last, successors=after))
    return {name: tuple(divisions) for name, divisions in found.items()}


@cache
def _by_code() -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = {}
    for divisions in _by_name().values():
        for division in divisions:
            found.setdefault(division.code, []).append(division)
    return {code: tuple(divisions) for code, divisions in found.items()}


@cache
def _by_id() -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = {}
    for divisions in _by_name().values():
        for division in divisions:
            found.setdefault(division.id, []).append(division)
    return {ident: tuple(divisions) for ident, divisions in found.items()}


def every_division() -> Iterator[Division]:
    """The whole table, by name."""
    for divisions in _by_name().values():
        yield from divisions


def divisions_with_id(ident: str) -> tuple[Division, ...]:
    """What a division was called and coded over the years; empty for an unknown id."""
    return _by_id().get(ident, ())


@lru_cache(maxsize=8192)
def division_of_code(code: str, year: int) -> Division | None:
    """The division with this code in that year, or the last or first one that had it."""
    held = _by_code().get(code, ())
    return next((d for d in held if d.first <= year <= d.last), max(held, key=lambda d: d.last, default=None))


def above(division: Division, year: int) -> Iterator[Division]:
    """The division itself and those it lies in, up to its province."""
    now: Division | None = division
    while now is not None:
        yield now
        now = division_of_code(now.parent, year) if now.parent else None


def divisions_meant(
    places: Sequence[str], year: int | None, hints: Sequence[str] = (), level: str | None = None
) -> tuple[Division, ...]:
    """The divisions that the last of these names can mean: one when it is certain, several when it is not.

    `places`: the divisions a name begins with, from the largest down. `year`: the report's; a report may print the name
    that its division got when it was written, a year later. `hints`: codes that say where the page comes from (the
    site's 标识码 begins with its division's code); they choose among namesakes, and prove nothing by themselves.
    `level`: the only level that the rest of the name leaves possible (教育厅 is a province's).
    """
    if not places:
        return ()
    candidates = _in_year(bearers(places[-1]), year)
    if level is not None and len(candidates) > 1:
        candidates = tuple(d for d in candidates if d.level == level) or candidates
    for place in places[:-1]:
        inside = tuple(d for d in candidates if d.name != place and lies_in(d, place, year))
        candidates = inside or candidates
    if len(candidates) > 1:
        at = year if year is not None else STILL
        for hint in hints:
            near = tuple(d for d in candidates if d.code == hint)
            near = near or tuple(d for d in candidates if any(u.code == hint for u in above(d, at)))
            near = near or tuple(d for d in candidates if d.code[:4] == hint[:4] and hint[2:4] != "00")
            if len(near) == 1:
                return near
    return candidates


def _in_year(named: Sequence[Division], year: int | None) -> tuple[Division, ...]:
    if year is None:
        return tuple({d.id: d for d in sorted(named, key=lambda d: d.last)}.values())  # as each was called last
    return tuple(d for d in named if d.first <= year <= d.last) or tuple(
        d for d in named if d.first <= year + 1 and year - 1 <= d.last
    )


@lru_cache(maxsize=4096)
def levels_of(place: str, year: int | None) -> frozenset[str]:
    """The levels of all divisions that bear this name in a year; empty for a name that none bears."""
    return frozenset(d.level for d in _in_year(bearers(place), year))


@lru_cache(maxsize=8192)
def lies_in(division: Division, place: str, year: int | None) -> bool:
    """Whether a division lies in one that is called so, in the year or next to it."""
    years = (STILL,) if year is None else (year, year + 1, year - 1)
    if any(place in _names_of(u.name) for at in years for u in above(division, at)):
        return True
    return division.code[:4] in _KAZAKH and place.startswith("伊犁")


def below(division: Division, year: int | None) -> tuple[Division, ...]:
    """The divisions directly below one in a year; none for a county, and for cities like 东莞市 and 中山市."""
    at = year if year is not None else STILL
    return tuple(d for d in _by_parent().get(division.code, ()) if d.first <= at <= d.last)


@cache
def _by_parent() -> dict[str, list[Division]]:
    found: dict[str, list[Division]] = {}
    for divisions in _by_name().values():
        for division in divisions:
            found.setdefault(division.parent, []).append(division)
    return found


@lru_cache(maxsize=4096)
def bearers(place: str) -> tuple[Division, ...]:
    """The divisions of all years that a printed name can mean: 通化市; 恩施州, 长阳县; without its last word: 通化."""
    return _by_name().get(place, ()) + _by_short().get(place, ()) or _by_stem().get(place, ())


def is_stem(place: str) -> bool:
    """Whether a name is that of a division only without its last word."""
    return place not in _by_name() and place not in _by_short() and place in _by_stem()


def longest_name(text: str) -> str | None:
    """The longest name of a division that a text begins with, in full or in its usual short form."""
    full, short = _by_name(), _by_short()
    for end in _lengths().get(text[:1], ()):
        if (head := text[:end]) in full or head in short:
            return head
    return None


def first_characters(length: int) -> frozenset[str]:
    """The first characters of all names of divisions, in full, in short and without the last word. None is shorter than two."""
    return frozenset(name[:length] for names in (_by_name(), _by_short(), _by_stem()) for name in names)


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    return _lengths_of((*_by_name(), *_by_short()))


@cache
def _stem_lengths() -> dict[str, tuple[int, ...]]:
    return _lengths_of(_by_stem())


def _lengths_of(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """How long the names are that begin with a character, the longest first."""
    found: dict[str, set[int]] = {}
    for name in names:
        found.setdefault(name[0], set()).add(len(name))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}


def stems(text: str) -> Iterator[str]:
    """The names of divisions without their last word that a text begins with, the longest first: 通化 of 通化信访局."""
    known = _by_stem()
    for end in _stem_lengths().get(text[:1], ()):
        if len(text) >= end and text[:end] in known:
            yield text[:end]


_KAZAKH = frozenset(("6542", "6543"))  # 塔城地区 and 阿勒泰地区 belong to 伊犁哈萨克自治州, which the codes do not say
_PEOPLES = (
    "壮族|回族|维吾尔|满族|苗族|彝族|土家族|藏族|蒙古族?|侗族|布依族|瑶族|白族|朝鲜族|哈尼族|黎族|哈萨克族?|傣族|畲族|傈僳族|仡佬族|东乡族|拉祜族|水族|佤族|纳西族"
    "|羌族|土族|仫佬族|锡伯族?|柯尔克孜族?|达斡尔族|景颇族|毛南族|撒拉族|布朗族|塔吉克族?|普米族|怒族|保安族|裕固族|独龙族|各族"
)
_AUTONOMOUS = re.compile(f"(?P<stem>..+?)(?:{_PEOPLES})*自治(?P<word>[州县旗])|(?P<people>[\u4e00-\u9fff]{{2,3}})族自治(?P<last>[县旗])")
_LAST_WORD = re.compile("(?:特别行政区|林区|地区|新区|矿区|特区|[省市县区旗盟州])$")
_OTHER_SHORT = {
    "巴州": "巴音郭楞蒙古自治州", "博州": "博尔塔拉蒙古自治州", "克州": "克孜勒苏柯尔克孜自治州", "前郭县": "前郭尔罗斯蒙古族自治县",
    "喀左县": "喀喇沁左翼蒙古族自治县", "科右前旗": "科尔沁右翼前旗", "科右中旗": "科尔沁右翼中旗", "科左中旗": "科尔沁左翼中旗",
    "科左后旗": "科尔沁左翼后旗", "达茂旗": "达尔罕茂明安联合旗", "察右前旗": "察哈尔右翼前旗", "察右中旗": "察哈尔右翼中旗",
    "察右后旗": "察哈尔右翼后旗", "东乌旗": "东乌珠穆沁旗", "西乌旗": "西乌珠穆沁旗", "阿左旗": "阿拉善左旗", "阿右旗": "阿拉善右旗",
    "土左旗": "土默特左旗", "土右旗": "土默特右旗", "阿旗": "阿鲁科尔沁旗", "克旗": "克什克腾旗", "翁旗": "翁牛特旗", "扎旗": "扎鲁特旗",
    "达旗": "达拉特旗", "准旗": "准格尔旗", "伊旗": "伊金霍洛旗", "鄂前旗": "鄂托克前旗", "莫旗": "莫力达瓦达斡尔族自治旗",
    "莫力达瓦旗": "莫力达瓦达斡尔族自治旗", "陈旗": "陈巴尔虎旗", "新左旗": "新巴尔虎左旗", "新右旗": "新巴尔虎右旗", "苏左旗": "苏尼特左旗",
    "苏右旗": "苏尼特右旗", "太旗": "太仆寺旗", "杜蒙县": "杜尔伯特蒙古族自治县", "塔县": "塔什库尔干塔吉克自治县", "察县": "察布查尔锡伯自治县",
    "和丰县": "和布克赛尔蒙古自治县", "锡盟": "锡林郭勒盟", "阿盟": "阿拉善盟",
    "管城区": "管城回族区", "瀍河区": "瀍河回族区", "顺河区": "顺河回族区", "梅里斯区": "梅里斯达斡尔族区",
}  # fmt: skip
_PROVINCE_STEM = re.compile("^(?:内蒙古|广西|西藏|宁夏|新疆)")


def _short(name: str) -> tuple[str, str]:
    """(usual short form, name without its last word): 恩施州 and 恩施, of 恩施土家族苗族自治州; "" where there is none."""
    if name.endswith("自治区"):
        match = _PROVINCE_STEM.match(name)
        return (match[0], match[0]) if match else ("", "")
    if name.endswith(("自治州", "自治县", "自治旗")):
        match = _AUTONOMOUS.fullmatch(name)
        if match is None:
            return "", ""
        stem = match["stem"].removesuffix("族")
        return stem + match["word"], stem
    stem = _LAST_WORD.sub("", name)
    return "", stem if len(stem) > 1 else ""


@cache
def _names_of(name: str) -> tuple[str, ...]:
    """What a division of this name is called in print."""
    short, stem = _short(name)
    others = tuple(s for s, whole in _OTHER_SHORT.items() if whole == name)
    return (name, *(n for n in (short, stem) if n), *((f"{stem}自治{name[-1]}",) if short and "自治" in name else ()), *others)


@cache
def _by_short() -> dict[str, tuple[Division, ...]]:
    """Divisions by the short form of a long name: 恩施州, 长阳县, 内蒙古, 巴州."""
    found: dict[str, tuple[Division, ...]] = {}
    for name, divisions in _by_name().items():
        short, stem = _short(name)
        for form in {short, f"{stem}自治{name[-1]}"} - {name} if short else ():
            found[form] = found.get(form, ()) + divisions
    for form, name in _OTHER_SHORT.items():
        found[form] = _by_name()[name]
    return found


@cache
def _by_stem() -> dict[str, tuple[Division, ...]]:
    """Divisions by their name without its last word, all that share it: 通化 is 通化市 and 通化县."""
    found: dict[str, tuple[Division, ...]] = {}
    for name, divisions in _by_name().items():
        if stem := _short(name)[1]:
            found[stem] = found.get(stem, ()) + divisions
    return found
