"""The documents that are measured, built from generated reports: the same bytes on every machine.
What is measured on them is left to `parse`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import count, islice
from random import Random

from gongkai.samplesite.reports import SampleReport, make

# Cells dressed as the editors of most sites leave them: a paragraph and a span with a style in each.
_DRESSED_CELL = b'<p style="text-align:center;line-height:19px"><span style="font-family:'
_WHOLE_PAGE = b"<!DOCTYPE"

_MENU = (
    "机构职能", "领导之窗", "政策文件", "政策解读", "规划计划", "统计数据", "财政预算", "财政决算", "行政许可", "行政处罚",
    "重大项目", "公共资源", "社会救助", "教育信息", "医疗卫生", "生态环境", "安全生产", "食品药品", "住房保障", "土地征收",
    "乡村振兴", "就业创业", "营商环境", "建议提案", "人事信息", "应急管理", "价格收费", "公告公示", "新闻发布", "民意征集",
)  # fmt: skip
_SENTENCES = (
    "编目时按主题和体裁各列一次，读者从哪个入口进来都能找到同一份文件，不必记住文号。",
    "每季度抽出一批旧页面逐条核对链接，打不开的当天修好，修不好的写明原因和替代的查阅办法。",
    "对群众问得最多的几类事情，先把条件、材料和时限写成一页纸，再配上流程图，放在栏目最前面。",
    "纸质卷宗与网页同日更新，查阅点备有放大镜和老花镜，年长的读者可以请值班人员代为检索。",
    "新上岗的经办人员先旁听一个月，再在老同志复核下起草文书，半年后独立办理。",
    "起草文件时同时写明公开属性和理由，审核人逐项签字，归档时一并保存，日后有疑问可以追溯。",
    "栏目改版以前先请十位普通读者试用，把他们找不到的地方记下来，照着改完再上线。",
    "数据集按月更新，表头和单位固定不变，旧版本保留在原处，便于前后对照。",
    "座谈时大家认为答复的语气可以更平实一些，少用套话，先说结论，再说依据和救济途径。",
    "与邻近单位交换了办理经验，对涉及几家的事项约定由最先接到的一家牵头，避免让人来回跑。",
)  # fmt: skip


def _reports(
    layout: str, *, form: str = "2021", wanted: Callable[[SampleReport], bool] = lambda _: True
) -> Iterator[SampleReport]:
    """Reports without deviations in this layout that are as wanted, each by another agency or about another year."""
    return filter(wanted, (make(seed, form=form, layout=layout, deviations=()) for seed in count()))


def _few(pages: Iterator[bytes], number: int) -> list[bytes]:
    return list(islice(pages, number))


def _is_dressed(report: SampleReport) -> bool:
    """Whether it is a whole page with every cell dressed and the headings numbered as the form numbers them."""
    body = report.body
    numbered = all(f"<strong>{n}、".encode() in body for n in "一二三四五六")
    return body.startswith(_WHOLE_PAGE) and _DRESSED_CELL in body and numbered


def _paragraphs(rng: Random, characters: int) -> str:
    """Prose of about so many characters that counts nothing the tables count."""
    found: list[str] = []
    size = 0
    while size < characters:
        sentences = rng.choices(_SENTENCES, k=rng.randint(2, 5))
        found.append(f'<p style="text-indent:2em;line-height:28pt"><span>　　{"".join(sentences)}</span></p>\n')
        size += sum(map(len, sentences))
    return "".join(found)


def _menu(links: int) -> str:
    """A site's drop-down menu: lists of links within lists."""
    items = "".join(
        f'<li class="item-{i % 7}"><a href="/zwgk/{i // 10}/{i}/index.html" target="_blank">{_MENU[i % len(_MENU)]}</a></li>\n'
        for i in range(links)
    )
    return f'<div class="menu"><ul id="nav">{items}</ul></div>'


def _related(links: int) -> str:
    """The column of recent articles beside or below a text."""
    items = "".join(
        f'<li><span class="date">2025-{1 + i % 12:02d}-{1 + i % 28:02d}</span><a href="/art/{9000 + i}.html" '
        f'title="{_MENU[i % len(_MENU)]}第{i + 1}期">{_MENU[i % len(_MENU)]}第{i + 1}期</a></li>\n'
        for i in range(links)
    )
    return f'<div class="related"><h3>最新信息</h3><ul>{items}</ul></div>'


def _script(functions: int) -> str:
    code = "".join(
        f"function f{i}(a){{var t=document.getElementById('box{i}');if(t){{t.style.display=a?'block':'none';}}}}\n"
        for i in range(functions)
    )
    return f'<script type="text/javascript">{code}</script>'


def _style(rules: int) -> str:
    lines = "".join(f".c{i}{{float:left;width:{100 + i}px;margin:0 auto;color:#333}}\n" for i in range(rules))
    return f"<style>{lines}</style>"


def html_pages(number: int) -> list[bytes]:
    """Pages of about 100 kB as sites serve them: 55 % the three tables, the rest prose, menus, styles, scripts."""
    return _few((_html_page(report) for report in _reports("html-table", wanted=_is_dressed)), number)


def _html_page(report: SampleReport) -> bytes:
    page = report.body.decode()
    rng = Random(f"page {report.seed}")
    for heading, characters in (("一", 3200), ("五", 1600)):
        at = page.index("</p>", page.index(f"<strong>{heading}、")) + len("</p>")
        page = f"{page[:at]}{_paragraphs(rng, characters)}{page[at:]}"
    page = page.replace("</head>", f"{_style(60)}{_script(40)}</head>", 1)
    page = page.replace('<ul class="nav">', f'{_menu(90)}<ul class="nav">', 1)
    page = page.replace('<div class="footer">', f'{_related(40)}{_script(10)}<div class="footer">', 1)
    return page.encode()


def word_exports(number: int) -> list[bytes]:
    """Pages of about 400 kB as word processors export them: every few characters in a span of their own."""
    whole = _reports("html-word", wanted=lambda r: r.body.startswith(_WHOLE_PAGE))
    return _few((_word_export(report) for report in whole), number)


def _word_export(report: SampleReport) -> bytes:
    page = report.body.decode()
    font = page[page.index("<span style=") : page.index(">", page.index("<span style=")) + 1]
    rng = Random(f"export {report.seed}")
    second = page.index("二、") if "二、" in page else page.index("<table class=MsoNormalTable")
    second = page.rindex("<p class=MsoNormal", 0, second)
    start = page[second : page.index(">", second) + 1]
    paragraphs: list[str] = []
    size = len(page.encode())
    while size < 400_000:
        text = "".join(rng.choices(_SENTENCES, k=3))
        runs = "".join(f"{font}{text[at : at + 3]}</span>" for at in range(0, len(text), 3))
        paragraphs.append(f"{start}{runs}</p>\n")
        size += len(paragraphs[-1].encode())
    return f"{page[:second]}{''.join(paragraphs)}{page[second:]}".encode()


def flattened_texts(number: int) -> list[bytes]:
    """The same kind of report as texts with one cell a line."""
    return _few((report.body for report in _reports("text-spaced-lines")), number)


def markdowns(number: int) -> list[bytes]:
    """The same as Markdown."""
    return _few((report.body for report in _reports("markdown")), number)


def large_page(size: int) -> bytes:
    """The page with a list of links so long that it reaches `size` bytes."""
    page = html_pages(1)[0].decode()
    item = '<li><a href="/art/{0}.html" title="{1}">{1}</a></li>\n'
    filler = "".join(item.format(i, _MENU[i % len(_MENU)]) for i in range(20_000))
    missing = max(0, size - len(page.encode()))
    body, width = page.index("<h1>"), len(filler.encode())
    whole, rest = divmod(missing, width)
    more = filler * whole + filler[: int(rest / width * len(filler))].rpartition("<li>")[0]
    return f"{page[:body]}<ul>{more}</ul>{page[body:]}".encode()


@cache
def documents(number: int) -> tuple[SampleReport, ...]:
    """Reports in all layouts and with all deviations, as the generator mixes them."""
    return tuple(make(seed) for seed in range(number))
