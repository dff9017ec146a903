"""How addresses of these sites look: an article, a list, a file. Hints for telling links apart, never facts of a report.

The years in them are of publication, of a channel, or of nothing at all; nobody reads them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

FILES = ("pdf", "doc", "docx", "wps", "et", "xls", "xlsx", "ofd", "zip", "rar", "7z", "txt", "rtf", "ppt", "pptx", "dps", "ceb")
IMAGES = ("jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp")

_FILE = re.compile(rf"\.(?:{'|'.join(FILES)})$", re.I)
_FILE_IN_QUERY = re.compile(
    rf"(?:downfile\.jsp|download\.jsp|DownloadAttachUrl|downloadFile|/download\b)|(?:file(?:name)?|showname|path|url|fn)=[^&]*\.(?:{'|'.join(FILES)})(?:&|$)", re.I
)
_FILE_STORES = re.compile(r"/(?:attach|attachment|attachments|affix|group\d+/M\d\d)/[^?]*\.[A-Za-z0-9]{2,5}$|/P0\d{10,}\.[a-z]{3,4}$", re.I)
_ARTICLE = re.compile(
    r"/t?(?:19|20)\d{6}_\d+\.[sj]?html?$"  # t20260320_534737.html (TRS), 20220121_162587.html
    r"|/art(?:/\d{4})?(?:/\d{1,2}/\d{1,2})?/?[^/]*art_[0-9a-f_]+\.html?$|/col/[\w]+/art/"  # Hanweb
    r"|/(?:content|c|i|ml|c_)?_?\d{5,}\.[sj]?html?$|/(?:m?post|content|i|c|doc)_?[0-9a-f]{3,}\.[sj]?html?$"  # NFCMS, UCAP
    r"|/[0-9a-f]{16,40}(?:/c)?\.[sj]?html?$|/[0-9a-f-]{32,40}\.[sj]?html?$|/[0-9a-f]{16,}/c\.html$"
    r"|/\d{5,}/index\.[sj]?html?$|/p\d*n\d+i?d?pv?\d*\.html$|/c\d+/content\.html?$"
    r"|/info/\d+/\d+\.html?$|/content/article/\d+|/public/\d+/\d+\.html$|/content-\d+\.html$"
    r"|/(?:show|detail|view|info|article)/?[\w-]*\d{3,}[\w-]*(?:\.\w{3,5})?$|(?:show|detail|view|info|read|content)\w*_?\d{2,}\.(?:aspx?|jsp|php|html?)$"
    r"|/\d{8,}[0-9a-zA-Z]*\.[sj]?html?$|/doc_[0-9a-f]{20,}(?:\.html?)?$|/\d{4,}$",
    re.I,
)
_ARTICLE_QUERY = re.compile(r"(?:^|&)(?:id|aid|articleid|newsid|contentid|infoid|infoguid|docid|iid|guid)=[\w-]+", re.I)
_ANNUAL_PAGE = re.compile(r"xxgkannualreport\.jsp|inforeportview", re.I)
_LIST = re.compile(
    r"/$|/(?:index|list|default|more|node|common|channel|nlist|zwgklist|xlist|rlist|xxgk|col|lm|column)\w*(?:[_-]\d+)?\.(?:[sj]?html?|aspx?|jsp|php)$|[_/]x?list(?:_\d+)?\.[sj]?html?$"
    r"|/col/[\w]+/(?:index\.html)?|/(?:content|public)/column/\d+|/columns/[0-9a-f-]{36}/?(?:index\.html)?$|/gkmlpt/index|/common_\w+\.shtml$|/node_\d+\.htm",
    re.I,
)
_COLUMN = re.compile(r"/(?:content|public)/column/\d+/?$", re.I)
_DIRECTORY = re.compile(r"/[^/.]+$")
_ANNUAL_SLUG = re.compile(r"(?:gk|xx|zw|zf)[a-z]*nb(?:[^a-z]|$|sx|n|js|sc|d)|ndbg|annualreport|(?:^|[/_])nb(?:[/_\d]|$)|gkbg|gznb|\dnb|nb\d|xxgknb|gknb", re.I)


@lru_cache(maxsize=4096)
def is_file(url: str) -> bool:
    """Whether an address names a document to download."""
    parts = urlsplit(url)
    path, query = unquote(parts.path), unquote(parts.query)
    if _FILE_STORES.search(path) or _FILE.search(path):
        return not path.lower().endswith(tuple(f".{kind}" for kind in IMAGES))
    return bool(query and _FILE_IN_QUERY.search(f"{path.rsplit('/', 1)[-1]}?{query}"))


@lru_cache(maxsize=4096)
def is_article(url: str) -> bool:
    """Whether an address looks like one document of a list."""
    parts = urlsplit(url)
    if _ANNUAL_PAGE.search(parts.path):
        return True
    if _COLUMN.search(parts.path):
        return False
    if _ARTICLE.search(parts.path):
        return True
    return bool(not parts.path.endswith("/") and _ARTICLE_QUERY.search(parts.query))


@lru_cache(maxsize=4096)
def is_list(url: str) -> bool:
    """Whether an address looks like a column rather than a document."""
    parts = urlsplit(url)
    if is_article(url) or is_file(url):
        return False
    return bool(_LIST.search(parts.path)) or (bool(_DIRECTORY.search(parts.path)) and not parts.query)


def names_annual_reports(url: str) -> bool:
    """Whether the directories of an address hint at annual reports: zfxxgknb, gknb, ndbg. Weak evidence, never a test."""
    return bool(_ANNUAL_SLUG.search(urlsplit(url).path))


def is_image(url: str) -> bool:
    """Whether an address ends like a picture."""
    return urlsplit(url).path.lower().endswith(tuple(f".{kind}" for kind in IMAGES))


def below(url: str, page_url: str) -> bool:
    """Whether an address lies under the directory of a page, not being the page. Under the root lies everything, which
    says nothing."""
    one, page = urlsplit(url), urlsplit(page_url)
    folder = page.path.rsplit("/", 1)[0] + "/"
    return folder != "/" and one.netloc == page.netloc and one.path.startswith(folder) and one.path.rstrip("/") != folder.rstrip("/")
