"""Printed labels made comparable: one folded text for every way a label is typed.
Which labels exist is left to the forms, which of them a cell means to `align`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Typing differs in width, quotes, brackets, punctuation and spaces, never in meaning.
_DROPPED = "“”‘’「」『』〝〞\"'`()[]【】〔〕〈〉<>{}、。.,:;!?/\\|-—–―_~·…*#+=↵\xad\u200b\u200c\u200d\u2060\ufeff"
# Mirror pages print the forms in traditional characters; only those of the forms' labels are needed here.
_TRADITIONAL = str.maketrans(
    "數據關係為項於請機構組織業務總計結轉處無開區內屬國規範許罰強費額單萬廢發現對復複議訴訟維糾審經後確認補沒製繳納過個訪舉報類當條權護險穩聯會書證請體應辦際實還與導佈餘帳訊該從離繼續門詢況興檔執監獲眾採購標誌動態"
    "問題進統決覆專編輯網設閱閲點錯徑讀圍傳線談祕訓爲減負責參聞覈見細則樣衆熱輿員這職繫電話濟隱蓋時絡駁絕",
    "数据关系为项于请机构组织业务总计结转处无开区内属国规范许罚强费额单万废发现对复复议诉讼维纠审经后确认补没制缴纳过个访举报类当条权护险稳联会书证请体应办际实还与导布余账讯该从离继续门询况兴档执监获众采购标志动态"
    "问题进统决复专编辑网设阅阅点错径读围传线谈秘训为减负责参闻核见细则样众热舆员这职系电话济隐盖时络驳绝",
)
_FOLD = {ord(c): None for c in _DROPPED} | _TRADITIONAL | str.maketrans("帐", "账")
_SPACE = re.compile(r"\s+")
_ORDINAL = re.compile(r"^(?:第?[一二三四五六七八九十]{1,3}项?|\d{1,2}|l)(?=\D)")
# Mirrors print the reading of rare characters behind them: 發(fā)展. It is no part of a label.
_PINYIN = re.compile("\\([a-z\u00c0-\u024f\u1e00-\u1eff]{1,7}\\)")
_NOTE = re.compile(r"\(.*?\)|\(.*$|\[\d{1,2}\]|[*※]+$")


def fold(text: str) -> str:
    """The text without spaces, punctuation and width differences; 其它 becomes 其他. Equal folds are equal labels."""
    text = unicodedata.normalize("NFKC", text)
    if "(" in text:
        text = _PINYIN.sub("", text)
    return _SPACE.sub("", text).translate(_FOLD).replace("其它", "其他")


def unfolded(characters: Iterable[str]) -> set[str]:
    """Every ideograph that folds to one of these characters, which are folded themselves."""
    kept = set(characters)
    return kept | {chr(c) for c, to in _FOLD.items() if isinstance(to, int) and chr(to) in kept} | {"它"}


def fold_without_note(text: str) -> str:
    """The fold of a label whose bracketed explanation is left out: 规章(设区的市应提供) is 规章."""
    return fold(_NOTE.sub("", unicodedata.normalize("NFKC", text)))


def without_ordinal(folded: str) -> str:
    """A folded label without its leading 一, 1, 第三项; the label itself when it starts with none."""
    return _ORDINAL.sub("", folded, count=1)


def distance(a: str, b: str, limit: int) -> int:
    """Edit distance of two short texts, or `limit + 1` as soon as it is known to be larger."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    row = list(range(len(b) + 1))
    for i, ca in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, cb in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (ca != cb))
        if min(row) > limit:
            return limit + 1
    return row[-1]
