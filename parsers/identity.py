"""Who published a report, about which year and when, each statement with the place it was read from.
What the report says about that year is left to `align`, `sections` and `prose`; division codes to the division table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from gongkai.parsers.report import Evidence, Finding, Identity

# --- Names -----------------------------------------------------------------------------------------------------
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
)
_SIMPLE = str.maketrans(_TRADITIONAL_CHARS, _SIMPLIFIED_CHARS)
_TRADITIONAL = "報開縣區條據發關廳時國務總訴問"
_PINYIN = re.compile("(?<=[\u4e00-\u9fff])(?:[(（][a-z\u00c0-\u024f\u1e00-\u1eff]{1,6}[)）])+")


def _words(*lines: str) -> list[str]:
    return " ".join(lines).split()


_PROVINCES = _words(
    "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西",
    "甘肃 青海",
)
_REGIONS = _words("内蒙古 广西壮族 西藏 宁夏回族 新疆维吾尔")
_MUNICIPALITIES = _words("北京 天津 上海 重庆")
# The 293 cities of prefecture level of GB/T 2260; a lone X市 that is none of them is a county-level city.
_CITIES = _words(
    "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州",
    "临汾 吕梁 呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 沈阳 大连 鞍山 抚顺 本溪 丹东",
    "锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛 长春 吉林 四平 辽源 通化 白山 松原 白城 哈尔滨 齐齐哈尔 鸡西",
    "鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州",
    "镇江 泰州 宿迁 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 合肥 芜湖 蚌埠 淮南 马鞍山 淮北",
    "铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 南昌",
    "景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海",
    "日照 临沂 德州 聊城 滨州 菏泽 郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘",
    "信阳 周口 驻马店 武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 长沙 株洲 湘潭 衡阳 邵阳",
    "岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州",
    "汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州",
    "河池 来宾 崇左 海口 三亚 三沙 儋州 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾",
    "广安 达州 雅安 巴中 资阳 贵阳 六盘水 遵义 安顺 毕节 铜仁 昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 拉萨",
    "日喀则 昌都 林芝 山南 那曲 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 兰州 嘉峪关 金昌 白银 天水",
    "武威 张掖 平凉 酒泉 庆阳 定西 陇南 西宁 海东 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依 吐鲁番 哈密",
)
# Became a city of prefecture level within the years of these reports; before, the name alone proves no level.
_CITY_SINCE = {"毕节": 2011, "铜仁": 2011, "三沙": 2012, "海东": 2013, "日喀则": 2014, "昌都": 2014, "林芝": 2015, "儋州": 2015, "吐鲁番": 2015,
               "山南": 2016, "哈密": 2016, "那曲": 2017}  # fmt: skip
_PREFECTURES = _words(
    "延边朝鲜族自治州 恩施土家族苗族自治州 湘西土家族苗族自治州 阿坝藏族羌族自治州 甘孜藏族自治州 凉山彝族自治州",
    "黔西南布依族苗族自治州 黔东南苗族侗族自治州 黔南布依族苗族自治州 楚雄彝族自治州 红河哈尼族彝族自治州 文山壮族苗族自治州",
    "西双版纳傣族自治州 大理白族自治州 德宏傣族景颇族自治州 怒江傈僳族自治州 迪庆藏族自治州 临夏回族自治州 甘南藏族自治州",
    "海北藏族自治州 黄南藏族自治州 海南藏族自治州 果洛藏族自治州 玉树藏族自治州 海西蒙古族藏族自治州 昌吉回族自治州",
    "博尔塔拉蒙古自治州 巴音郭楞蒙古自治州 克孜勒苏柯尔克孜自治州 伊犁哈萨克自治州 大兴安岭地区 阿里地区 阿克苏地区",
    "喀什地区 和田地区 塔城地区 阿勒泰地区 兴安盟 锡林郭勒盟 阿拉善盟 延边州 恩施州 湘西州 阿坝州 甘孜州 凉山州",
    "黔西南州 黔东南州 黔南州 楚雄州 红河州 文山州 西双版纳州 大理州 德宏州 怒江州 迪庆州 临夏州 甘南州 海北州",
    "黄南州 果洛州 玉树州 海西州 昌吉州 博州 巴州 克州 伊犁州",
)
_PROVINCE = re.compile(
    "(?:{})省|(?:{})自治区|(?:{})市(?!场)|内蒙古|新疆生产建设兵团".format(
        *map("|".join, (_PROVINCES, _REGIONS, _MUNICIPALITIES))
    )
)
_PREFECTURE = re.compile("(?:{})市(?!场)|{}".format("|".join(_CITIES), "|".join(_PREFECTURES)))
# Zones are run by committees and have no code of their own; 浦东新区 and 滨海新区 are districts.
_NO_DISTRICT = re.compile(
    r"(?:开发|(?<!浦东)(?<!滨海)新|园|示范|保护|景|高新|度假|合作|实验|试验|管理|经开|保税|社|库|灾|牧|军|校|工业|产业|集聚|功能|自贸|试点|片|辖|各)区$"
)
_COUNTY = re.compile(
    r"神农架林区|[\u4e00-\u9fff]{1,9}?(?:自治县|自治旗|县|旗|区|(?<=[\u4e00-\u9fff]{2})市(?!场|政|民))"
)
_NO_STEM = re.compile("[局委厅府院办处和与及]")
_NO_TAIL = re.compile("级|域|直|长")
_TOWN = re.compile(
    r"(?:人民政府)?(?P<town>[\u4e00-\u9fff]{1,10}?(?:镇|乡|街道|苏木))(?P<body>人民政府办公室|人民政府|政府办公室|政府|办事处|党政办公室|党政办|便民服务中心)?"
)
_DEPARTMENT_START = re.compile(
    r"人民|政府|市场|城市|城乡|城镇|住房|住建|农业|农村|乡村|教育|教体|财政|公安|民政|司法|审计|统计|水利|水务|交通|商务|卫生|卫健|文化|文旅|文体|旅游|体育|科学|科技|工业|工信"
    r"|经济|发展|发改|自然|国土|国有|国资|规划|生态|环境|环保|应急|安全|退役|医疗|医保|信访|档案|气象|林业|畜牧|粮食|供销|机关|行政|政务|数据|大数据|民族|民宗|宗教|外事|侨务|人力"
    r"|人社|综合|城管|税务|国家|地震|消防|残疾|扶贫|投资|招商|金融|地方|监察|物价|盐务|烟草|邮政|海关|检察|法院|社会|妇女|工商|质量|质监|食品|药品|食药|知识|法制|人防|人民防空|接待|驻"
)
_BODY = re.compile(
    r"(?:局|委|委员会|办|办公室|办公厅|厅|署|院|所|站|支队|总队|大队|调查队|中心|政府|办事处|管委会|管理委员会|海关|公司|银行|学校|大学|学院|中学|小学|幼儿园|医院"
    r"|联合会|协会|总会|分局|集团|图书馆|档案馆|博物馆|总社|联社|供销社|合作社|工业园区|园区|开发区|新区|景区|保护区|街道|镇|乡|县|市|区|旗|州|盟|省|地区|苏木|农场|林场|监狱"
    r"|管理处|服务处|事务处|管理部|部门|[^全]部|法庭|组|团|师|兵团)$"
)
_NO_NAME = re.compile(
    r"^(?:我|本|该|其|各|此|全|上级|有关|相关|按照|根据|依据|为|对|以|将|把|从|向|在|是|和|与|及|并|由)|通知|条例|格式|年度|规定|办法|要求|精神|情况|以下|有限责任公司网|信息公开|政务公开领导|工作(?!委|部|站|局|办|中心)"
    r"|[，。；：、《》]|20\d\d|贯彻|落实|领导下|门户网|网站|编辑|记者|作者|来源|管理员|佚名|各级|各县|各区|各部门|公民|法人|自查|统计表|电话|地址"
)
# Hijacked mirrors put advertising where the publisher stands (发布机构: …app下载官网林业服务中心).
_SPAM = re.compile("博彩|彩票|娱乐|赌|葡京|体育亚洲|下载|官网|澳门|棋牌|电玩|捕鱼|直播|注册|[^\u4e00-\u9fff（）()·]")
_CLOSING_BRACKET = re.compile(r"[（(][^）)]*[）)]?$")
_AROUND_NAME = re.compile("^(?:现将|现|关于|特)|(?:关于|的|在)$")
_OFFICE = re.compile("(?:人民)?政府(办公厅|办公室|办)")
_COMMITTEE = re.compile("管委会$|管理委员会$")
_NO_LEVEL = re.compile("分局$|海关$|公司$|集团$|学校$|大学$|学院$|医院$|[小中]学$|幼儿园$|银行$|[分支]行$")
_ZONE = re.compile("(?:开发区|高新区|经开区|新区|示范区|园区|度假区|保税区)(?=.)")
_BRANCH = re.compile("税务局|调查|分局|海关|支行|分行|监管局$")
_SITE_REST = re.compile("人民政府|政府|门户|信息|政务|$")
_GENERIC = re.compile(
    r"^(?:市|县|区|州|旗|省|镇|乡|街道|盟|示范区|开发区|高新区|经开区|新区|园区|工业园区|管理区|经济开发区|景区)(?=.)|^(?:市|县|区|镇|乡|省|州|旗|管委会|街道|街道办事处|开发区管委会)$"
)
_NATIONAL = re.compile(
    r"^(?:国务院|国家|中国|中华人民共和国|中华|最高人民)|^(?:外交|国防|教育|科学技术|工业和信息化|公安|民政|司法|财政|人力资源和社会保障|自然资源|生态环境|住房和城乡建设|交通运输|水利|农业农村|农业|商务|文化和旅游|文化|应急管理|铁道|国土资源|环境保护|监察|海关总署)部?$|^(?:审计署|海关总署|新华通讯社)"
)
_VERTICAL = re.compile(
    r"^(?:国家税务总局|国家统计局|国家金融监督管理总局|中国人民银行|中华人民共和国|国家外汇管理局|国家粮食和物资储备局|国家能源局|国家矿山安全监察局)(?=.)"
)
_PLACE_TAIL = re.compile(
    r"((?:(?:{p})省|(?:{r})自治区|(?:{m})市)?(?:(?:{c})市|{f})?(?:[\u4e00-\u9fff]{{1,6}}?(?:自治县|县|旗|市|区))?)$".format(
        p="|".join(_PROVINCES),
        r="|".join(_REGIONS),
        m="|".join(_MUNICIPALITIES),
        c="|".join(_CITIES),
        f="|".join(_PREFECTURES),
    )
)
_LEADING_WORDS = re.compile(r"^.*(?:编制|公布|发布|组织|编写|制定|结合|关于|根据|现将|现|由|特|将|与|和|在|为)")
_BOUNDARY = re.compile(r"(?:^|[^\u4e00-\u9fff]|由|现将|现|公布|发布|编制|编写|制定|结合|关于|特|根据|与|和|在|将|为)$")


class AgencyName(NamedTuple):
    """An agency's name taken apart by its wording alone; no level or region that the name does not prove."""

    name: str
    region: str | None
    level: str | None
    department: str | None
    kind: str
    rest: str  # the name without its places
    places: tuple[str, ...]


def strip_pinyin(text: str) -> str:
    """The text without the pronunciation that some mirrors print after a character: 發(fā)展 is 發展."""
    if "(" in text or "（" in text:
        for char in _TRADITIONAL:
            if char in text:
                return _PINYIN.sub("", text)
    return text


def simplify(text: str) -> str:
    """The text in simplified characters, as far as the words looked for need it."""
    for char in _TRADITIONAL:
        if char in text:
            return text.translate(_SIMPLE)
    return text


def is_subsequence(short: str, long: str) -> bool:
    """Whether the characters of `short` stand in `long` in this order: 卫健局 in 卫生健康局."""
    rest = iter(long)
    return all(char in rest for char in short)


def read_name(raw: str) -> str | None:
    """An agency's name out of a printed line or phrase, simplified and tidied; None when it is none."""
    name = simplify(strip_pinyin("".join(raw.split()))).strip('·:：-—|，。、；《》"“”•*#')
    if "（" in name or "(" in name:
        name = _CLOSING_BRACKET.sub("", name)
    name = _AROUND_NAME.sub("", name)
    if not 3 <= len(name) <= 40 or _BODY.search(name) is None or _NO_NAME.search(name) or _SPAM.search(name):
        return None
    return name


def places_of(name: str) -> tuple[tuple[str, ...], str]:
    """The divisions a name begins with, from the largest down, and what follows them."""
    places: list[str] = []
    rest = name
    for pattern in (_PROVINCE, _PREFECTURE):
        if match := pattern.match(rest):
            places.append(match[0])
            rest = rest[match.end() :]
    if rest and not _DEPARTMENT_START.match(rest) and (match := _COUNTY.match(rest)):
        county = match[0]
        tail = rest[match.end() :]
        # 区域…, 县级…: a suffix inside a department's name is no division
        if not (_NO_DISTRICT.search(county) or _NO_STEM.search(county[:-1]) or _NO_TAIL.match(tail)):
            places.append(county)
            rest = tail
    return tuple(places), rest


@lru_cache(maxsize=512)
def read_agency(name: str, year: int | None = None) -> AgencyName:
    """Region, level, department and kind that the name proves, by its grammar."""
    vertical = _VERTICAL.match(name)
    body = name[vertical.end() :] if vertical else name
    places, rest = places_of(body)
    if vertical and not places:
        return AgencyName(
            name,
            None,
            "national" if not _BRANCH.search(body) else None,
            name,
            "department",
            name,
            (),
        )
    if not places and _NATIONAL.match(name):
        return AgencyName(name, None, "national", name, "office" if name == "国务院办公厅" else "department", name, ())
    region = places[-1] if places else None
    level: str | None = None
    if places:
        last = places[-1]
        if _PROVINCE.fullmatch(last):
            level = "province"
        elif _PREFECTURE.fullmatch(last):
            since = _CITY_SINCE.get(last[:-1], 0)
            level = "city" if year is None or year >= since else None
        else:
            level = "county"
    town = _TOWN.fullmatch(rest) if rest else None
    if town and _DEPARTMENT_START.match(town["town"]) is None:
        county = region if level == "county" else None
        department = "街道办事处" if town["town"].endswith("街道") else "人民政府"
        return AgencyName(name, county, "township", department, "township", rest, places)
    if not rest or rest in ("人民政府", "政府"):
        return AgencyName(name, region, level, "人民政府", "government", rest, places)
    if office := _OFFICE.fullmatch(rest):
        return AgencyName(
            name, region, level, "人民政府办公" + ("厅" if office[1] == "办公厅" else "室"), "office", rest, places
        )
    if _COMMITTEE.search(rest) or _NO_DISTRICT.search(rest):
        return AgencyName(name, region, None, rest, "other", rest, places)
    if _NO_LEVEL.search(rest):
        return AgencyName(name, region, None, rest, "department" if rest.endswith("局") else "other", rest, places)
    zone = _ZONE.search(rest)
    return AgencyName(name, region, None if zone else level, rest, "department", rest, places)


def without_province(name: str) -> str:
    """云南省易门县气象局 is 易门县气象局: a province is no part of the name of an office below it."""
    places, _ = places_of(name)
    if len(places) > 1 and _PROVINCE.match(name) and places[0][:-1] not in _MUNICIPALITIES:
        return name[len(places[0]) :]
    return name


def is_bare(agency: AgencyName) -> bool:
    """Whether the name says no place: 教育局, 县卫生健康局, 示范区教育局."""
    if agency.places or agency.level == "national":
        return False
    name = agency.name
    return bool(_GENERIC.match(name) or (_DEPARTMENT_START.match(name) and agency.kind != "township"))


def site_place(sitename: str) -> str | None:
    """The division a site's name begins with: 岑巩县 of 岑巩县人民政府门户网站."""
    if not sitename:
        return None
    places, rest = places_of("".join(sitename.split()).removeprefix("中国").strip("·-—"))
    return "".join(places) if places and _SITE_REST.match(rest) else None


def _with_kind(agency: AgencyName, text: str) -> tuple[str, str]:
    """A title that names only a territory is its government's: 正阳镇 is 正阳镇人民政府."""
    name = agency.name
    if name.endswith("部门"):
        stem = name[:-2]
        for body in ("局", "委员会", "厅"):
            if stem + body in text:
                return stem + body, ", its body in the text"
        return "", ""
    if agency.kind == "township":
        if name.endswith(("镇政府", "乡政府")):
            return name[:-2] + "人民政府", ""
        if name.endswith(("镇", "乡", "苏木")):
            return name + "人民政府", ", names the territory only"
        if name.endswith("街道"):
            return name + "办事处", ", names the territory only"
    elif agency.kind == "government" and agency.places:
        if not agency.rest:
            return name + "人民政府", ", names the territory only"
        if agency.rest == "政府":
            return name[:-2] + "人民政府", ""
    return name, ""


def _longer(name: str, core: str, text: str) -> str | None:
    """The same agency with the place before it, where the text prints it: 莆田市 + 城厢区卫生局."""
    best: str | None = None
    at = text.find(core)
    while at >= 0:
        before = text[max(0, at - 24) : at]
        match = _PLACE_TAIL.search(before)
        if match and match[1]:
            place = _LEADING_WORDS.sub("", match[1])
            if len(place) < 2:
                at = text.find(core, at + 1)
                continue
            places, rest = places_of(place)
            known = bool(places) and not rest and (_PROVINCE.match(places[0]) or _PREFECTURE.match(places[0]))
            bounded = bool(places) and not rest and _BOUNDARY.search(before[: len(before) - len(place)])
            if known or bounded:
                longer = without_province(place + core)
                if best is None or len(longer) > len(best):
                    best = longer
        at = text.find(core, at + 1)
    return best if best and len(best) > len(name) else None


def complete(
    name: str, others: Sequence[str], text: str, site: str | None, year: int | None
) -> tuple[AgencyName | None, str]:
    """The agency as far as the page states it, and how it was completed; None when its place stays unsaid."""
    agency = read_agency(name, year)
    name, kind_how = _with_kind(agency, text)
    if not name:
        return None, ""
    if name != agency.name:
        agency = read_agency(name, year)
    bare = is_bare(agency)
    generic = _GENERIC.match(name) if bare else None
    core = name[generic.end() :] if generic else name
    if (
        len(agency.places) < 2
        and agency.level in (None, "county", "township")
        and not (agency.places and _PREFECTURE.match(agency.places[0]))
    ):
        for other in others:
            other = read_name(other) or ""
            if other.endswith(core) and len(other) > len(name) and read_agency(other, year).places:
                return read_agency(other, year), kind_how + f", place by {other}"
        if agency.level != "national" and not (agency.places and _PROVINCE.match(agency.places[0])):
            longer = _longer(name, core, text)
            if longer and not is_bare(taken := read_agency(longer, year)):
                return taken, kind_how + ", place by the text"
        if site and not agency.places:
            suffix = site[-1]
            asked = generic[0][-1] if generic and generic[0] else ""
            city = _PREFECTURE.fullmatch(site) or _PROVINCE.fullmatch(site)
            if (agency.kind == "township" and not city) or (bare and (asked == suffix or (not asked and not city))):
                return read_agency(site + core, year), kind_how + ", place by meta SiteName"
    if bare:
        return None, ""
    return agency, kind_how


# --- The page --------------------------------------------------------------------------------------------------

HEAD, TAIL = 80, 80  # texts looked at from either end before the whole page is searched
PREAMBLE = 1000  # characters after the title that may say who wrote the report and about when
OPENING = 600  # of these, the ones that may name its author
LONGEST_TITLE = 70

_CN_YEAR = "二[〇○零ＯO0][〇○零一二][〇○零一二三四五六七八九]"
_CN_DIGITS = str.maketrans("〇○零ＯO一二三四五六七八九", "00000123456789")
_YEAR = rf"(?:20\d\d|{_CN_YEAR})"
# A year of a title: 2024年度, 2024 年, 二〇二四年, or bare before 政府 (2024政府信息公开年报).
_TITLE_YEAR = re.compile(rf"({_YEAR})(?:年年度|年度|年|度|(?=政府|政务|信息))")
_YEAR_LINE = re.compile(rf"[（(]?({_YEAR})年?(?:度)?[）)]?")
_KIND = re.compile(
    r"(?:政府|政务){0,2}(?:信息公开|公开信息|政务公开|政府公开)(?:[和与及]政务公开)?(?:工作)?(?:情况)?的?\0?"
    r"(?:年度)?(?:工作)?(?:情况)?(?:总结)?的?(?:年度)?(?:总结)?(?:工作)?(?:报告|年报)书?"
)
# What may follow a title on the same line when the page glued its date line or first words to it.
_TITLE_END = re.compile(
    r"[(\[【（]|\.(?:pdf|docx?|html?|wps)|发布|来源|信息来源|日期|时间|作者|浏览|点击|字体|字号|索引|一、|本报告|本年|本文|根据|按照|为"
)
_TITLE_LABEL = re.compile(
    r"^[•·\-*#]*(?:标题|名称|文件名称|信息名称|信息标题|公开事项名称|题名|中文名|文件下载|当前位置[:：]?|正文)[:：|]?(?=.)"
)
_TITLE_BRACKETS = re.compile(
    r"【[^】]*】|^\[[^\]]*\]|[（(](?:图片版|超链版|图文版|文字版|修订版?|更正|pdf版?|word版?)[）)]$", re.I
)
# The last characters of an agency's name, a year or a title broken over two lines.
_GOES_ON = frozenset(
    "局委办厅室府会处院心区县市镇乡道部站司社队校学园所馆团旗州盟省关于的年度政府务信息公开工作情况报縣區鄉鎮廳辦處衛會開務報"
)
_TITLE_EDGES = '《》“”"•·*#'
_TITLE_SPLIT = re.compile(r"[_|｜—–\-]+")
_NOT_A_TITLE = re.compile(
    r"通知|通告|格式|指南|解读|图解|一图|读懂|目录|部署|会议|培训|要点|关于(?:做好|印发|报送|开展|编制|转发|发布|公布)|首页|上一[篇条]|下一[篇条]|[>，。；,;!?！？]"
)
_NAME_EDGES = re.compile(r"^[《》·:：—-]*(?:关于)?|(?:关于|的|年度|度)?[《》·:：—-]*$")
_LINE_OPENS_WITH_TITLE = re.compile(r".{4,60}?(?:年报|报告|年報|報告)(?:\s|一、|本报告|本年)")
# Words that stand where a title has its agency, but name a column of a site.
_COLUMN = re.compile(
    r"(?:各|市|县|区|省|州|级|直|属|政府|工作|乡镇|街道|镇街|部门|单位|区县|县区|市直|本级|年度|历年|法定|主动公开|内容|专栏|栏目|首页|信息)*"
)
_HEADING_ONE = re.compile(
    r"[#*\s]*(?:[一1]\s*[、.．]\s*)?(?:总体情况|总体工作情况|概述|概况|基本情况|引\s*言|總體情況|概況)|[#*\s]*一\s*[、.．]\s*\S"
)
_HEADING_STARTS = frozenset("总概基引一1#* 總")
_PREAMBLE = re.compile(r"根据|按照|依据|依照|根據|依據|本报告|本年报|本年度|本報告|本年報")
_ANNOUNCES = re.compile(r"公布|发布|编制|形成|如下|现将|公开")
_SPACES = (" ", "\u3000", "\xa0", "\t", "\u200b")

_DATE = r"(20\d\d)\s*[-年./／－]\s*(\d{1,2})\s*[-月./／－]\s*(\d{1,2})(?!\d)"
_GAP = r"\s*[\]】]?\s*[:：|]?\s*"
_PAGE_DATE = re.compile(
    r"(发\s*布\s*日\s*期|发\s*布\s*时\s*间|公\s*开\s*日\s*期|公\s*开\s*时\s*间|公布日期|公布时间|發[布佈]日期|發[布佈]時間|发布于|信息时间|更新时间"
    rf"|(?<![\u4e00-\u9fff])(?:日\s*期|时\s*间|時間)){_GAP}{_DATE}"
)
_DOCUMENT_DATE = re.compile(rf"([发發]\s*文\s*日\s*期){_GAP}{_DATE}")
_LONE_DATE = re.compile(rf"[（(\[]?\s*{_DATE}日?\s*[）)\]]?")
_LINE_DATE = re.compile(rf"{_DATE}(?:\s+\d\d:\d\d(?::\d\d)?)?\s*$")
_META_DATE = re.compile(_DATE)
_CN_DATE = re.compile(rf"({_CN_YEAR})年([一二三四五六七八九十]{{1,2}})月([一二三四五六七八九十]{{1,3}})日")
_SIGNATURE = re.compile(
    r"(?P<who>.{0,40}?)\s*[（(]?(?:(?P<y>20\d\d)\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"
    rf"|(?P<cn>{_CN_YEAR}年[一二三四五六七八九十]{{1,2}}月[一二三四五六七八九十]{{1,3}}日))[）)]?[。.]?\s*"
)

_PERIOD = re.compile(r"(20\d\d)年?(?:度)?$")
_DAMAGED_PERIOD = re.compile(r"(?:自|从|为|期限|时限)(20\d\d)年?1{1,2}日")
_REPORT_OF_YEAR = re.compile(
    r"(20\d\d)年(?:度)?[^，。；《》\n]{0,32}?(?:信息|政务)公开[^，。；《》\n]{0,16}?(?:编制|编写|撰写|报告|年报)"
)
_YEAR_OPENS = re.compile(r"(?:^|[，,。；;\n、]|情况)(20\d\d)年(?:度)?(?:以来)?[,，]")
_YEAR_OF_WORK = re.compile(r"(20\d\d)年度|截[至止](?:到)?(20\d\d)年(?:底|12月31日)")
_QUOTED = re.compile(r"《[^《》]{0,120}》|〔[^〔〕]{0,12}〕|<[^<>]{0,60}>")

_NAME = r"([\u4e00-\u9fff（）()·]{3,40}?)"
_NICK = r"(?:[（(]以下[^）)]{0,24}[）)])?"
_BY = re.compile(rf"由{_NAME}{_NICK}(?:负责|组织|牵头)?(?:编制|编写|撰写|制作|起草|依据|根据|按照|依照|严格)")
_PUBLISHED = re.compile(
    rf"(?:了|将|出|完成)?[《<]?(?:20\d\d年(?:度)?)?{_NAME}{_NICK}(?:(?:关于)?20\d\d年(?:度)?)?(?:的)?(?:政府|政务){{0,2}}信息公开"
)
_TO_THE_PUBLIC = re.compile(rf"(?:^|[，,。；;、\n]){_NAME}(?:现)?向社会(?:公布|公开|发布)")
_WORK_OF = re.compile(rf"根据{_NAME}的(?:政府|政务)信息公开年度?工作")
_SUBJECT = re.compile(
    rf"20\d\d年(?:度)?(?:以来)?[,，]{_NAME}{_NICK}(?=深入|认真|严格|全面|坚持|以|在|按照|紧紧|紧扣|围绕|高度|积极|切实|持续|继续|扎实|始终|依法|不断|贯彻"
    r"|根据|聚焦|立足|着力|大力|把|将|政府信息|政务|信息公开|进一步|主动|共|累计|加强|落实)"
)
_TERRITORY_SUMMARY = re.compile(r"(?:综合|汇总)(?:20\d\d年(?:度)?)?([\u4e00-\u9fff]{2,12}?)(?:各|所属|所辖)")

_VALUE = _GAP + r"((?:(?!发布|时间|日期|浏览|点击|作者|索引|文号|字体|成文|主题|字号|分类|有效|名称)[^\s|，。；;:：])*)"
_PUBLISHER = re.compile(
    r"(?:[发發]\s*布\s*[机機]\s*[构構]|发\s*文\s*机\s*[关构]|发布机关|制文机关|公开机构|公开主体|信息提供单位|[发發]\s*布\s*[单單]\s*位|公\s*开\s*责\s*任\s*部\s*门|责任单位|制发单位)"
    + _VALUE
)
_SOURCE = re.compile(r"[来來]\s*源" + _VALUE)
_COUNTS_REQUESTS = re.compile(r"..(?:[^，。；\n\d]{0,40}?\d+\s*[件条宗份]|[^，。；\n\d]{0,30}?申请(?=[，,。；\s]))")
_NEWLINE = "\n"
_OWN = re.compile(
    r"我[局办委厅镇乡部馆处院会]|我街道|我中心|我管委会|本[局办委厅镇乡]|本街道|本机关|本单位|本行政机关|局机关"
)
_TERRITORY = re.compile(r"全[省市县区州盟旗镇乡]|各级行政机关|各乡镇|各镇街|[市县区]各部门")
_PLAIN_WORDS = ("公布", "发布", "编制")
_WORDS = (*_PLAIN_WORDS, "制定了", "编写", "结合", "形成", "撰写", "现将")
_ON_BEHALF = re.compile(r"政府办|办公室|办公厅|政务公开|信息中心|政务服务|大数据|网站|编辑|管理员|领导小组|融媒体")


class _Title(NamedTuple):
    """A title line taken apart: as printed without white space, its year, the agency it names, where it stands."""

    text: str
    year: int | None
    name: str
    where: str
    line: int

    @property
    def score(self) -> int:
        return 2 * (self.year is not None) + 2 * bool(self.name)


def _number(year: str) -> int:
    return int(year.translate(_CN_DIGITS))


def _day(year: str, month: str, day: str) -> date | None:
    """A date, or None for a damaged one such as 2018年11日."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _small(numeral: str) -> int:
    """一 to 三十一; 十 stands for itself and for its place."""
    tens, ten, units = numeral.rpartition("十")
    if not ten:
        return int(numeral.translate(_CN_DIGITS))
    return (int(tens.translate(_CN_DIGITS)) if tens else 1) * 10 + (int(units.translate(_CN_DIGITS)) if units else 0)


def _chinese_day(text: str) -> date | None:
    match = _CN_DATE.search(text)
    if match is None:
        return None
    try:
        return date(_number(match[1]), _small(match[2]), _small(match[3]))
    except ValueError:
        return None


def _compact(text: str) -> str:
    """The text without white space and pinyin glosses, wide digits made narrow."""
    text = "".join(text.split()).replace("\u200b", "")
    if "２" in text or "０" in text:
        text = unicodedata.normalize("NFKC", text)
    return strip_pinyin(text)


def _take_title(text: str, where: str, line: int) -> _Title | None:
    """The title that this text is (or begins with), taken apart; None when it names no report."""
    compact = _compact(text[:300])
    if label := _TITLE_LABEL.match(compact):
        compact = compact[label.end() :]
    if "【" in compact or compact[-1:] in "）)" or compact[:1] == "[":
        compact = _TITLE_BRACKETS.sub("", compact)
    compact = compact.strip(_TITLE_EDGES)
    folded = simplify(compact)
    year = _TITLE_YEAR.search(folded)
    marked, shift = folded, 0
    if year:
        marked = f"{folded[: year.start()]}\0{folded[year.end() :]}"
        shift = year.end() - year.start() - 1
    kind = _KIND.search(marked)
    if kind is None or kind.start() > LONGEST_TITLE:
        return None
    if year and year.start() >= kind.end():
        year, marked, shift = None, folded, 0
    end = kind.end() + shift
    found = year[1] if year else None
    if end < len(folded):
        if year is None and (tail := _YEAR_LINE.match(folded, end)):
            found = tail[1]
            end = tail.end()
        elif _TITLE_END.match(folded, end) is None:
            return None
    before = marked[: kind.start()]
    if _NOT_A_TITLE.search(before):
        return None
    name = _NAME_EDGES.sub("", before.replace("\0", "")) if before else ""
    if name.endswith("人民") and marked.startswith("政府", kind.start()):
        name += "政府"
    if name and (_COLUMN.fullmatch(name) or read_name(name) is None):
        if not found:
            return None
        name = ""
    return _Title(compact[:end], _number(found) if found else None, name, where, line)


def _extend(texts: Sequence[str], index: int, site: str) -> _Title | None:
    """The title whose last line is at `index`, with the one or two lines before it (and a year after it)."""
    joined = texts[index]
    best = _take_title(joined, f"text {index + 1}", index)
    i = index
    for _ in range(2):
        if best and best.score == 4:
            return best
        i -= 1
        while i >= 0 and not texts[i] and index - i < 6:
            i -= 1
        # 某某局 + 2024年…报告 is a title on two lines; a menu or the name of the site above a title is not part of it.
        if i < 0 or not texts[i] or len(texts[i]) > 45 or texts[i][-1] not in _GOES_ON:
            break
        if site and _compact(texts[i]) == site:
            break
        joined = texts[i] + joined
        title = _take_title(joined, f"text {i + 1}", i)
        if title is None and best is not None:
            break
        if title is not None and title.score > (best.score if best else 0):
            best = title
    if best and best.year is None:
        after = next((t for t in texts[index + 1 : index + 4] if t), "")
        if len(after) < 16 and (match := _YEAR_LINE.fullmatch(_compact(after))):
            best = best._replace(year=_number(match[1]), text=best.text + _compact(after))
    return best


def _is_marker(text: str) -> bool:
    """Whether a line begins the report's own text: its preamble or heading 一."""
    if text[0] in _HEADING_STARTS:
        return _HEADING_ONE.match(text) is not None
    return len(text) > 20 and ("条例" in text or "條例" in text) and _PREAMBLE.search(text, 0, 80) is not None


def _printed_titles(texts: Sequence[str], stop: int, site: str) -> tuple[list[_Title], int]:
    """The titles printed above the report's own text, and where that text begins (-1: not before `stop`)."""
    found: list[_Title] = []
    seen: set[str] = set()  # menus repeat themselves
    for i, text in enumerate(texts[:stop]):
        if not text:
            continue
        if (
            ("报" in text or "報" in text or text == "告")
            and (
                ("。" not in text and "，" not in text and len(text) <= LONGEST_TITLE)
                or _LINE_OPENS_WITH_TITLE.match(text)
            )
            and text not in seen
        ):
            title = _extend(texts, i, site)
            if title is not None and title.score:
                found.append(title)
            else:
                seen.add(text)
        elif _is_marker(text):
            return found, i
    return found, -1


def _choose(found: list[_Title], wanted: str) -> _Title | None:
    """Among several titles the one the page itself calls its title, else the fullest and nearest to the text."""
    best: _Title | None = None
    for title in found:
        if title.text == wanted:
            return title
        if title.score >= 2 and (best is None or title.score >= best.score):
            best = title
    return best


def _below_a_menu(texts: Sequence[str], joined: str, site: str, wanted: str) -> _Title | None:
    """The title of an article below a long menu: the first that the article's own text follows."""
    ends: list[int] = []
    for ending in ("年度报告\n", "年报\n", "工作报告\n"):
        at = joined.find(ending)
        while at >= 0 and len(ends) < 200:
            ends.append(at + len(ending) - 1)
            at = joined.find(ending, at + 1)
    found: list[_Title] = []
    seen: set[str] = set()
    for end in sorted(ends):
        text = joined[joined.rfind("\n", 0, end) + 1 : end]
        if len(text) > LONGEST_TITLE or text in seen:
            continue
        seen.add(text)
        i = joined.count("\n", 0, end)
        title = _extend(texts, i, site)
        if title is not None and title.score >= 2:
            if title.text == wanted or any(_is_marker(t) for t in texts[i + 1 : i + 25] if t):
                return title
            found.append(title)
    return _choose(found, wanted)


def _meta_title(meta: Mapping[str, str]) -> _Title | None:
    best: _Title | None = None
    for key, where in (("articletitle", "meta ArticleTitle"), ("title", "title")):
        value = meta.get(key)
        if value and "公" in value:
            for piece in (value, *_TITLE_SPLIT.split(value)):
                title = _take_title(piece, where, -1)
                if title and title.score >= 2 and (best is None or title.score > best.score):
                    best = title
                    break
    return best


def _lead(texts: Sequence[str], start: int) -> str:
    """The beginning of the text proper, simplified and without spaces, at most up to section two."""
    parts: list[str] = []
    size = 0
    for text in texts[start : start + 60]:
        if text:
            if text.startswith(("二、", "第二十条", "信息内容")):
                break
            parts.append(text)
            size += len(text)
            if size > PREAMBLE:
                break
    lead = "\n".join(parts)[:PREAMBLE]
    for space in _SPACES:
        if space in lead:
            lead = lead.replace(space, "")
    return simplify(strip_pinyin(lead))


def _body_title(lead: str) -> _Title | None:
    """A title that only the preamble prints: 现公布《…2024年…年度报告》."""
    if _HEADING_ONE.match(lead):
        return None
    # Below heading 一 a report praises itself for publishing last year's on time.
    stop = lead.find("\n一")
    lead = lead[:stop] if stop > 0 else lead
    at = lead.find("报告》")
    while at >= 0:
        start = lead.rfind("《", 0, at)
        if start >= 0 and _ANNOUNCES.search(lead, max(0, start - 14), start):
            title = _take_title(lead[start + 1 : at + 2], "preamble", -1)
            if title and title.score == 4:
                return title
        at = lead.find("报告》", at + 1)
    return None


def _names_in(lead: str, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Who the text says wrote it: (name, the wording that says so), the plainest statements first."""
    at = lead.find("由")
    while at >= 0:
        if match := _BY.match(lead, at):
            yield match[1], "由…编制"
        at = lead.find("由", at + 1)
    for word in words:
        at = lead.find(word)
        while at >= 0:
            if match := _PUBLISHED.match(lead, at + len(word)):
                yield match[1], f"{word}…"
            at = lead.find(word, at + 1)
    if "向社会" in lead and (match := _TO_THE_PUBLIC.search(lead)):
        yield match[1], "…向社会公布"
    if "信息公开年度工作" in lead and (match := _WORK_OF.search(lead)):
        yield match[1], "根据…年度工作情况"


def _period(lead: str) -> int | None:
    """The year of the statistics: 统计期限自2024年1月1日, also with its 年 and 月 lost (自202411日)."""
    at = lead.find("1月1日")
    while at >= 0:
        if match := _PERIOD.search(lead, max(0, at - 7), at):
            return int(match[1])
        at = lead.find("1月1日", at + 1)
    if "11日" in lead and (match := _DAMAGED_PERIOD.search(lead)):
        return int(match[1])
    return None


def _year_in_text(lead: str) -> tuple[int, str] | None:
    """The year the preamble or section one gives for the report; numbers and titles of other papers give none."""
    plain = _QUOTED.sub("", lead)
    if match := _REPORT_OF_YEAR.search(plain):
        return int(match[1]), "preamble"
    if match := _YEAR_OPENS.search(plain):
        return int(match[1]), "section one"
    of_work = {m[1] or m[2] for m in _YEAR_OF_WORK.finditer(plain)}
    return (int(of_work.pop()), "section one") if len(of_work) == 1 else None


class _Lines:
    """The lines around the title as one text, with the number of the line at any place in it."""

    def __init__(self, texts: Sequence[str], lo: int, hi: int) -> None:
        self.lo = lo
        self.text = "\n".join([t if len(t) < 100 else "" for t in texts[lo:hi]])

    def where(self, position: int) -> str:
        return f"text {self.lo + self.text.count(chr(10), 0, position) + 1}"

    def value(self, label: re.Pattern[str], *signs: str) -> tuple[str, str] | None:
        """The value printed after a label such as 发布机构 (one of `signs` in it), on its line or as the next cell."""
        if not any(sign in self.text for sign in signs):
            return None
        match = label.search(self.text)
        if match is None or not match[1]:
            return None
        return match[1], self.where(match.start(1))

    def day(self, pattern: re.Pattern[str]) -> tuple[date, str] | None:
        for match in pattern.finditer(self.text):
            if day := _day(match[2], match[3], match[4]):
                return day, f"{''.join(match[1].split())} {self.where(match.start(2))}"
        return None


def _published(texts: Sequence[str], lines: _Lines, title: int, meta: Mapping[str, str]) -> tuple[date, str] | None:
    """When the page says it was published: its date line, PubDate, 发文日期, a lone date beside the title."""
    if found := lines.day(_PAGE_DATE):
        return found
    if (match := _META_DATE.search(meta.get("pubdate", ""))) and (day := _day(match[1], match[2], match[3])):
        return day, "meta PubDate"
    if found := lines.day(_DOCUMENT_DATE):
        return found
    if title >= 0:
        for i in [i for i in range(title + 1, min(title + 8, len(texts))) if texts[i]][:4]:
            text = texts[i]
            if len(text) > 80 or "统计" in text:
                break
            lone = _LONE_DATE.fullmatch(text) or _LINE_DATE.search(text)
            if found_day := _day(lone[1], lone[2], lone[3]) if lone else _chinese_day(text):
                return found_day, f"text {i + 1}"
    return None


def _signed(texts: Sequence[str], lo: int) -> tuple[date, str, int] | None:
    """The signature block at the end: its date, the name before it ("" when none), and its index."""
    for i in range(len(texts) - 1, max(lo, 0), -1):
        text = texts[i]
        if "日" not in text[-3:] or len(text) > 60:
            continue
        match = _SIGNATURE.fullmatch(text)
        if match is None:
            continue
        day = _chinese_day(match["cn"]) if match["cn"] else _day(match["y"], match["m"], match["d"])
        if day is None:
            continue
        who = match["who"].strip()
        if not who:
            who = next((texts[j] for j in range(i - 1, max(lo, i - 6), -1) if texts[j]), "")
        return day, who if len(who) <= 40 else "", i
    return None


def _scope(joined: str, at: int) -> tuple[str, str] | None:
    """Whether the figures are the office's own or the whole territory's, by the sentences that count requests."""
    own: int | None = None
    for word in ("受理", "收到"):
        spot = joined.find(word, at)
        while spot >= 0:
            if _COUNTS_REQUESTS.match(joined, spot):
                start = (
                    max(joined.rfind("。", at, spot), joined.rfind("；", at, spot), joined.rfind("\n", at, spot)) + 1
                )
                if _TERRITORY.search(joined, start, spot):
                    return "territory", f"text {joined.count(_NEWLINE, 0, spot) + 1}"
                if own is None and _OWN.search(joined, start, spot):
                    own = spot
            spot = joined.find(word, spot + 2)
    return None if own is None else ("own", f"text {joined.count(_NEWLINE, 0, own) + 1}")


def _differs(agency: AgencyName, other: str) -> bool:
    """Whether two names cannot be the same body: neither is a shortening of the other, nor an office acting for it."""
    if other == agency.name or _ON_BEHALF.search(other):
        return False
    taken = read_agency(other)
    if is_bare(taken):
        return False
    pairs = ((agency.rest or agency.name, taken.rest or other), (agency.name, other))
    return not any(is_subsequence(a, b) or is_subsequence(b, a) for a, b in pairs)


def _agency(
    titles: Sequence[_Title],
    lead: str,
    lines: _Lines,
    signatory: str,
    meta: Mapping[str, str],
    year: int | None,
    evidence: list[Evidence],
    findings: list[Finding],
) -> AgencyName | None:
    """The agency by the best source that names one; sources that name another body become findings."""
    # Under a title that names the agency only the preamble is asked whether it agrees.
    cut = lead.find("\n一、") if any(title.name for title in titles) else lead.find("\n二、")
    opening = lead[: min(OPENING, cut if cut > 0 else OPENING)]
    words = _PLAIN_WORDS if any(title.name for title in titles) else _WORDS
    said = [(without_province(n), how) for raw, how in _names_in(opening, words) if (n := read_name(raw)) is not None]
    publisher = lines.value(_PUBLISHER, "构", "構", "单位", "單", "机关", "机 关", "责任")
    publisher_name = read_name(publisher[0]) if publisher else None
    publisher_place = f"发布机构 {publisher[1]}" if publisher else ""
    candidates = [(title.name, title.where if title.line < 0 else "title") for title in titles if title.name]
    candidates += [(name, f"preamble {how}") for name, how in said]
    if not candidates or not read_agency(candidates[0][0]).places:
        if name := read_name(signatory):
            candidates.append((name, "signature"))
        if publisher_name and not _ON_BEHALF.search(publisher_name):
            candidates.append((publisher_name, publisher_place))
        for key, place in (("contentsource", "meta ContentSource"), ("author", "meta Author")):
            if meta.get(key) and (name := read_name(meta[key])):
                candidates.append((name, place))
        if (source := lines.value(_SOURCE, "源")) and (name := read_name(source[0])):
            candidates.append((name, f"来源 {source[1]}"))
        if not candidates and (match := _SUBJECT.search(_QUOTED.sub("", lead))) and (name := read_name(match[1])):
            candidates.append((name, "section one"))
        if not candidates and (match := _TERRITORY_SUMMARY.search(lead)) and (name := read_name(match[1])):
            candidates.append((name, "preamble"))
    others = [name for name, _ in candidates[1:]]
    if publisher_name:
        others.append(publisher_name)
    site = site_place(meta.get("sitename", ""))
    agency: AgencyName | None = None
    where = ""
    for name, place in candidates:
        # A name without its place (教育局, 县卫生健康局) is not yet an agency; the next source may have it.
        agency, how = complete(name, others, lead, site, year)
        if agency is not None:
            where = place + how
            break
    if agency is None:
        return None
    evidence.append(Evidence("agency", agency.name, where))
    for other, how in said:
        if _differs(agency, other):
            detail = f"{where}: {agency.name}; preamble ({how}): {other}"
            findings.append(Finding("agency_conflict", fault="publisher", detail=detail))
            evidence.append(Evidence("agency", other, f"preamble {how}"))
            break
    if publisher_name and _differs(agency, publisher_name):
        detail = f"{where}: {agency.name}; {publisher_place}: {publisher_name}"
        findings.append(Finding("agency_conflict", fault="unknown", detail=detail))
        evidence.append(Evidence("agency", publisher_name, publisher_place))
    return agency


def identify(texts: Sequence[str], meta: Mapping[str, str]) -> Identity:
    """Title, agency, year, dates and scope of the report that these texts print, each with its evidence."""
    evidence: list[Evidence] = []
    findings: list[Finding] = []
    n = len(texts)
    site = _compact(meta["sitename"]) if meta.get("sitename") else ""
    from_meta = _meta_title(meta) if meta else None
    wanted = from_meta.text if from_meta else ""

    joined = "\n".join(texts)
    found, marker = _printed_titles(texts, HEAD, site)
    printed = _choose(found, wanted)
    if printed is None and n > HEAD and marker < 0:
        printed = _below_a_menu(texts, joined, site, wanted)
    if printed:
        # A page on one line has its text behind its title.
        start = printed.line + (len(texts[printed.line]) < len(printed.text) + 40)
        lines = _Lines(texts, max(0, printed.line - 30), printed.line + 18)
    else:
        start = max(marker, 0)
        while start and len(texts[start - 1]) > 20:  # a preamble may stand before the line that begins like one
            start -= 1
        lines = _Lines(texts, 0, HEAD)
    lead = _lead(texts, start)
    title = printed or _body_title(lead) or from_meta
    titles = [t for t in (title, from_meta) if t]
    if title:
        evidence.append(Evidence("title", title.text, title.where))

    year: int | None = None
    where = ""
    period = _period(lead)
    for source in titles:
        if source.year and year is None:
            year, where = source.year, "title" if source is printed else source.where
    if year is None and period:
        year, where = period, "preamble period"
    if year is None and (stated := _year_in_text(lead)):
        year, where = stated
    if year is not None and period is not None and period != year:
        detail = f"{where} {year}, period of the statistics {period}"
        findings.append(Finding("year_conflict", expected=year, actual=period, fault="publisher", detail=detail))

    published = signed = None
    signatory = ""
    if page := _published(texts, lines, printed.line if printed else -1, meta):
        published = page[0]
        evidence.append(Evidence("published", published.isoformat(), page[1]))
    if signature := _signed(texts, max(start + 3, n - TAIL)):
        signed, signatory, line = signature
        evidence.append(Evidence("signed", signed.isoformat(), f"signature text {line + 1}"))
    basis = published or signed
    if year is None and basis and basis.month <= 6:
        # Reports are due by 31 January or 31 March of the following year (条例 art. 49). Said, because it is not printed.
        year, where = basis.year - 1, "year of publishing minus one"
        detail = f"no year is printed; published or signed on {basis.isoformat()}"
        findings.append(Finding("year_inferred", actual=year, detail=detail))
    elif year is not None and published and published.year < year:
        detail = f"the report is about {year}, but the page is dated {published.isoformat()}"
        findings.append(Finding("year_conflict", expected=year, actual=published.year, detail=detail))
    if year is not None:
        evidence.append(Evidence("year", str(year), where))

    agency = _agency(titles, lead, lines, signatory, meta, year, evidence, findings)
    scope = _scope(joined, sum(map(len, texts[:start])) + start)
    if scope:
        evidence.append(Evidence("scope", scope[0], scope[1]))
    return Identity(
        title=title.text if title else None,
        agency=agency.name if agency else None,
        year=year,
        published=published,
        signed=signed,
        region=agency.region if agency else None,
        level=agency.level if agency else None,
        department=agency.department if agency else None,
        kind=agency.kind if agency else None,
        scope=scope[0] if scope else "unclear",
        evidence=tuple(evidence),
        findings=tuple(findings),
    )
