"""Printed characters made comparable: traditional ones as simplified, pinyin glosses and white space taken out.
Only what names of places, offices and the words looked for need; titles are kept as printed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Mirror sites serve reports in traditional characters with pinyin in brackets. Only characters that occur in
# names of places, offices and in the words looked for here are folded; titles are kept as printed.
_TRADITIONAL_CHARS = (
    "報開縣區鄉鎮廳辦處衛濟現將編製據條關於級時間來業務發國會與總體設監稅財環農漁統計審廣電視軍資規劃動產遼寧門際機構單領導為數從應該請複議訴訟諮"
    "詢範圍況進實並類費減補場質組織辭書長樂興華東龍馬鳳鄭蘇貴雲陝瓊臺灣濱齊魯濰煙萊棗莊滄鄲張陽運呂晉揚鹽連無錫紹麗蕪銅廈巖贛撫饒鶴許漢黃荊隨嶽懷"
    "婁頭欽瀘綿內畢臨薩寶鹹蘭涼慶隴銀吳烏瑪瀋錦營盤鐵蘆島鬆雞綏舊號聯網紀錄優雙歷歸殘節約藝術樣檢驗藥療醫學職勞僑賓戶勝縱評價標準執衝訪調轉達遷還"
    "鄰邁選遺預項順頒額願風飛養館驛魚鮮鳥麥齡壩壯壽夾奪奮媽孫寬對尋屆層嶺帥師幣幫庫廟彌後徑徵恆愛慮憑懇戰擊擔擬擴攝敗敘斂斷曆楊楓榮槍樓樞橋權歐殼"
    "毀氣沖決沒洩淨淺渾湯溝滅滬滿潔潛潤澤澗灘災燈爭爾牆獨獲獻甌畫異當疊皚盡確禮禪種稱穀積穩窪競筆築簡籌糧紅純紙細終結給經綜綠維緊線練縮績繼續罰羅"
    "義習聖聞聲聽肅脈腦臘舉艱蒼蓋蓮薊藍蘄虛蟲裝見觀觸訂訊記診詳認誌語誠說課論證識護讀變讓貢責貨販貿賀賴購贈趙車輔輕輪輸轄遠適郵鄧鄒釋釐針鈞鋼錢錯"
    "鍋鍾鏈鐘鑒鑄閃閉閒閣閱闊陳陸陰隊階隱雜離難霧靈靜響頁頂須頤顧顯飯飲餘駐騰驅鬧麼點齒龜穎渦溫佈谘嵗歲戲傳眾協縂幹萬勵亞錶託"
    "問題糾廢強繳納檔"
    "訓遊掃寫載崗銷攔樹採歡匯僕覽兒這峽暫園團參負話韋豐帳瀏擁頻祕賬銜頗員極談婦屬暢繞爐縫碩佔撥刪冊遞牽險輛過爲廠碼徹葦堅貧鳴億倫丟衆勻峯備個蠶熱誤嵐試啓絡葉獄輯駁創賽則鎔邊岡講娛圖復瀾嚴測帶誰儲夠繪兩換專們雖礦礙辯欄傷貫較黨討幾絕態羣別説衞閲裏啟汙裡"
)
_SIMPLIFIED_CHARS = (
    "报开县区乡镇厅办处卫济现将编制据条关于级时间来业务发国会与总体设监税财环农渔统计审广电视军资规划动产辽宁门际机构单领导为数从应该请复议诉讼咨"
    "询范围况进实并类费减补场质组织辞书长乐兴华东龙马凤郑苏贵云陕琼台湾滨齐鲁潍烟莱枣庄沧郸张阳运吕晋扬盐连无锡绍丽芜铜厦岩赣抚饶鹤许汉黄荆随岳怀"
    "娄头钦泸绵内毕临萨宝咸兰凉庆陇银吴乌玛沈锦营盘铁芦岛松鸡绥旧号联网纪录优双历归残节约艺术样检验药疗医学职劳侨宾户胜纵评价标准执冲访调转达迁还"
    "邻迈选遗预项顺颁额愿风飞养馆驿鱼鲜鸟麦龄坝壮寿夹夺奋妈孙宽对寻届层岭帅师币帮库庙弥后径征恒爱虑凭恳战击担拟扩摄败叙敛断历杨枫荣枪楼枢桥权欧壳"
    "毁气冲决没泄净浅浑汤沟灭沪满洁潜润泽涧滩灾灯争尔墙独获献瓯画异当叠皑尽确礼禅种称谷积稳洼竞笔筑简筹粮红纯纸细终结给经综绿维紧线练缩绩继续罚罗"
    "义习圣闻声听肃脉脑腊举艰苍盖莲蓟蓝蕲虚虫装见观触订讯记诊详认志语诚说课论证识护读变让贡责货贩贸贺赖购赠赵车辅轻轮输辖远适邮邓邹释厘针钧钢钱错"
    "锅钟链钟鉴铸闪闭闲阁阅阔陈陆阴队阶隐杂离难雾灵静响页顶须颐顾显饭饮余驻腾驱闹么点齿龟颖涡温布咨岁岁戏传众协总干万励亚表托"
    "问题纠废强缴纳档"
    "训游扫写载岗销拦树采欢汇仆览儿这峡暂园团参负话韦丰帐浏拥频秘账衔颇员极谈妇属畅绕炉缝硕占拨删册递牵险辆过为厂码彻苇坚贫鸣亿伦丢众匀峰备个蚕热误岚试启络叶狱辑驳创赛则镕边冈讲娱图复澜严测带谁储够绘两换专们虽矿碍辩栏伤贯较党讨几绝态群别说卫阅里启污里"
)
_SIMPLE = str.maketrans(_TRADITIONAL_CHARS, _SIMPLIFIED_CHARS)
TRADITIONAL = "報開縣區條據發關廳時國務總訴問費"
_ANY_TRADITIONAL = re.compile(f"[{TRADITIONAL}]")
SHORT = 100  # characters
MOST_ELSEWHERE = 40
"""Places where a word's first character stands without the word before the whole word is looked for."""
_PINYIN = re.compile("(?<=[\u4e00-\u9fff])(?:[(（][a-z\u00c0-\u024f\u1e00-\u1eff]{1,6}[)）])+")


def strip_pinyin(text: str) -> str:
    """The text without the pronunciation that some mirrors print after a character: 發(fā)展 is 發展."""
    if "(" in text or "（" in text:
        for char in TRADITIONAL:
            if char in text:
                return _PINYIN.sub("", text)
    return text


def simplify(text: str) -> str:
    """The text in simplified characters, as far as the words looked for need it."""
    if len(text) < SHORT:  # each character of a short text is looked at once, each of these looked for in a long one
        return text.translate(_SIMPLE) if _ANY_TRADITIONAL.search(text) else text
    for char in TRADITIONAL:
        if char in text:
            return text.translate(_SIMPLE)
    return text


def simplify_all(texts: Sequence[str]) -> list[str]:
    """The texts of a page in traditional characters in simplified ones; none of them holds a line end."""
    if not texts:
        return []
    text = "\n".join(texts).translate(_SIMPLE)
    return text.replace("答覆", "答复").replace("回覆", "回复").split("\n")  # 覆盖 is written so in both


def is_subsequence(short: str, long: str) -> bool:
    """Whether the characters of `short` stand in `long` in this order: 卫健局 in 卫生健康局."""
    rest = iter(long)
    return all(char in rest for char in short)


def find_word(word: str, text: str, start: int = 0) -> int:
    """Where a word stands first, as `text.find` says, which takes three times as long to look for two ideographs as for one."""
    at = text.find(word[0], start)
    for _ in range(MOST_ELSEWHERE):
        if at < 0 or text.startswith(word, at):
            return at
        at = text.find(word[0], at + 1)
    return text.find(word, at) if at >= 0 else -1


def compact(text: str) -> str:
    """The text without white space and pinyin glosses, wide digits made narrow."""
    text = "".join(text.split()).replace("\u200b", "")
    if "２" in text or "０" in text:
        text = unicodedata.normalize("NFKC", text)
    return strip_pinyin(text)
