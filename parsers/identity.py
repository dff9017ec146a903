"""Who published a report, about which year and when, each statement with the place it was read from.
What the report says about that year is left to `align`, `sections` and `prose`; division codes to the division table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
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
)
_SIMPLIFIED_CHARS = (
    "报开县区乡镇厅办处卫济现将编制据条关于级时间来业务发国会与总体设监税财环农渔统计审广电视军资规划动产辽宁门际机构单领导为数从应该请复议诉讼咨"
    "询范围况进实并类费减补场质组织辞书长乐兴华东龙马凤郑苏贵云陕琼台湾滨齐鲁潍烟莱枣庄沧郸张阳运吕晋扬盐连无锡绍丽芜铜厦岩赣抚饶鹤许汉黄荆随岳怀"
    "娄头钦泸绵内毕临萨宝咸兰凉庆陇银吴乌玛沈锦营盘铁芦岛松鸡绥旧号联网纪录优双历归残节约艺术样检验药疗医学职劳侨宾户胜纵评价标准执冲访调转达迁还"
    "邻迈选遗预项顺颁额愿风飞养馆驿鱼鲜鸟麦龄坝壮寿夹夺奋妈孙宽对寻届层岭帅师币帮库庙弥后径征恒爱虑凭恳战击担拟扩摄败叙敛断历杨枫荣枪楼枢桥权欧壳"
    "毁气冲决没泄净浅浑汤沟灭沪满洁潜润泽涧滩灾灯争尔墙独获献瓯画异当叠皑尽确礼禅种称谷积稳洼竞笔筑简筹粮红纯纸细终结给经综绿维紧线练缩绩继续罚罗"
    "义习圣闻声听肃脉脑腊举艰苍盖莲蓟蓝蕲虚虫装见观触订讯记诊详认志语诚说课论证识护读变让贡责货贩贸贺赖购赠赵车辅轻轮输辖远适邮邓邹释厘针钧钢钱错"
    "锅钟链钟鉴铸闪闭闲阁阅阔陈陆阴队阶隐杂离难雾灵静响页顶须颐顾显饭饮余驻腾驱闹么点齿龟颖涡温布咨岁岁戏传众协总干万励亚表托"
)
_SIMPLE = str.maketrans(_TRADITIONAL_CHARS, _SIMPLIFIED_CHARS)
_TRADITIONAL = "報開縣區條據發關廳時"
_PINYIN = re.compile("(?<=[\u4e00-\u9fff])[(（][a-z\u00c0-\u024f\u1e00-\u1eff]{1,6}[)）]")

_PROVINCES = ["河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海"]  # fmt: skip
_REGIONS = ["内蒙古", "广西壮族", "西藏", "宁夏回族", "新疆维吾尔"]
_MUNICIPALITIES = ["北京", "天津", "上海", "重庆"]
# The 293 cities of prefecture level of GB/T 2260; a lone X市 that is none of them is a county-level city.
_CITIES = ["石家庄", "唐山", "秦皇岛", "邯郸", "邢台", "保定", "张家口", "承德", "沧州", "廊坊", "衡水", "太原", "大同", "阳泉", "长治", "晋城", "朔州", "晋中", "运城", "忻州", "临汾", "吕梁", "呼和浩特", "包头", "乌海", "赤峰", "通辽", "鄂尔多斯", "呼伦贝尔", "巴彦淖尔", "乌兰察布", "沈阳", "大连", "鞍山", "抚顺", "本溪", "丹东", "锦州", "营口", "阜新", "辽阳", "盘锦", "铁岭", "朝阳", "葫芦岛", "长春", "吉林", "四平", "辽源", "通化", "白山", "松原", "白城", "哈尔滨", "齐齐哈尔", "鸡西", "鹤岗", "双鸭山", "大庆", "伊春", "佳木斯", "七台河", "牡丹江", "黑河", "绥化", "南京", "无锡", "徐州", "常州", "苏州", "南通", "连云港", "淮安", "盐城", "扬州", "镇江", "泰州", "宿迁", "杭州", "宁波", "温州", "嘉兴", "湖州", "绍兴", "金华", "衢州", "舟山", "台州", "丽水", "合肥", "芜湖", "蚌埠", "淮南", "马鞍山", "淮北", "铜陵", "安庆", "黄山", "滁州", "阜阳", "宿州", "六安", "亳州", "池州", "宣城", "福州", "厦门", "莆田", "三明", "泉州", "漳州", "南平", "龙岩", "宁德", "南昌", "景德镇", "萍乡", "九江", "新余", "鹰潭", "赣州", "吉安", "宜春", "抚州", "上饶", "济南", "青岛", "淄博", "枣庄", "东营", "烟台", "潍坊", "济宁", "泰安", "威海", "日照", "临沂", "德州", "聊城", "滨州", "菏泽", "郑州", "开封", "洛阳", "平顶山", "安阳", "鹤壁", "新乡", "焦作", "濮阳", "许昌", "漯河", "三门峡", "南阳", "商丘", "信阳", "周口", "驻马店", "武汉", "黄石", "十堰", "宜昌", "襄阳", "鄂州", "荆门", "孝感", "荆州", "黄冈", "咸宁", "随州", "长沙", "株洲", "湘潭", "衡阳", "邵阳", "岳阳", "常德", "张家界", "益阳", "郴州", "永州", "怀化", "娄底", "广州", "韶关", "深圳", "珠海", "汕头", "佛山", "江门", "湛江", "茂名", "肇庆", "惠州", "梅州", "汕尾", "河源", "阳江", "清远", "东莞", "中山", "潮州", "揭阳", "云浮", "南宁", "柳州", "桂林", "梧州", "北海", "防城港", "钦州", "贵港", "玉林", "百色", "贺州", "河池", "来宾", "崇左", "海口", "三亚", "三沙", "儋州", "成都", "自贡", "攀枝花", "泸州", "德阳", "绵阳", "广元", "遂宁", "内江", "乐山", "南充", "眉山", "宜宾", "广安", "达州", "雅安", "巴中", "资阳", "贵阳", "六盘水", "遵义", "安顺", "毕节", "铜仁", "昆明", "曲靖", "玉溪", "保山", "昭通", "丽江", "普洱", "临沧", "拉萨", "日喀则", "昌都", "林芝", "山南", "那曲", "西安", "铜川", "宝鸡", "咸阳", "渭南", "延安", "汉中", "榆林", "安康", "商洛", "兰州", "嘉峪关", "金昌", "白银", "天水", "武威", "张掖", "平凉", "酒泉", "庆阳", "定西", "陇南", "西宁", "海东", "银川", "石嘴山", "吴忠", "固原", "中卫", "乌鲁木齐", "克拉玛依", "吐鲁番", "哈密"]  # fmt: skip
# Became a city of prefecture level within the years of these reports; before, the name alone proves no level.
_CITY_SINCE = {"毕节": 2011, "铜仁": 2011, "三沙": 2012, "海东": 2013, "日喀则": 2014, "昌都": 2014, "林芝": 2015, "儋州": 2015, "吐鲁番": 2015,
               "山南": 2016, "哈密": 2016, "那曲": 2017}  # fmt: skip
_PREFECTURES = ["延边朝鲜族自治州", "恩施土家族苗族自治州", "湘西土家族苗族自治州", "阿坝藏族羌族自治州", "甘孜藏族自治州", "凉山彝族自治州", "黔西南布依族苗族自治州", "黔东南苗族侗族自治州", "黔南布依族苗族自治州", "楚雄彝族自治州", "红河哈尼族彝族自治州", "文山壮族苗族自治州", "西双版纳傣族自治州", "大理白族自治州", "德宏傣族景颇族自治州", "怒江傈僳族自治州", "迪庆藏族自治州", "临夏回族自治州", "甘南藏族自治州", "海北藏族自治州", "黄南藏族自治州", "海南藏族自治州", "果洛藏族自治州", "玉树藏族自治州", "海西蒙古族藏族自治州", "昌吉回族自治州", "博尔塔拉蒙古自治州", "巴音郭楞蒙古自治州", "克孜勒苏柯尔克孜自治州", "伊犁哈萨克自治州", "大兴安岭地区", "阿里地区", "阿克苏地区", "喀什地区", "和田地区", "塔城地区", "阿勒泰地区", "兴安盟", "锡林郭勒盟", "阿拉善盟", "延边州", "恩施州", "湘西州", "阿坝州", "甘孜州", "凉山州", "黔西南州", "黔东南州", "黔南州", "楚雄州", "红河州", "文山州", "西双版纳州", "大理州", "德宏州", "怒江州", "迪庆州", "临夏州", "甘南州", "海北州", "黄南州", "果洛州", "玉树州", "海西州", "昌吉州", "博州", "巴州", "克州", "伊犁州"]  # fmt: skip
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
_SPAM = re.compile(r"博彩|彩票|娱乐|赌|葡京|体育亚洲|app|下载|官网|bet|365|澳门|棋牌|电玩|捕鱼|直播|注册", re.I)
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
    if ("(" in text or "（" in text) and ("報" in text or "開" in text or "據" in text or "區" in text):
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
    name = re.sub(r"[（(][^）)]*[）)]?$", "", name)
    name = re.sub(r"^(?:现将|现|关于|特)|(?:关于|的|在)$", "", name)
    if not 3 <= len(name) <= 40 or _BODY.search(name) is None or _NO_NAME.search(name) or _SPAM.search(name):
        return None
    if re.search(r"[^\u4e00-\u9fff（）()·]", name):
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


def read_agency(name: str, year: int | None = None) -> AgencyName | None:
    """Region, level, department and kind that the name proves, by its grammar."""
    vertical = _VERTICAL.match(name)
    body = name[vertical.end() :] if vertical else name
    places, rest = places_of(body)
    if vertical and not places:
        return AgencyName(
            name,
            None,
            "national" if not re.search("税务局|调查|分局|海关|支行|分行|监管局$", body) else None,
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
    if office := re.fullmatch(r"(?:人民)?政府(办公厅|办公室|办)", rest):
        return AgencyName(
            name, region, level, "人民政府办公" + ("厅" if office[1] == "办公厅" else "室"), "office", rest, places
        )
    if re.search(r"管委会$|管理委员会$", rest) or _NO_DISTRICT.search(rest):
        return AgencyName(name, region, None, rest, "other", rest, places)
    if re.search(r"分局$|海关$|公司$|集团$|学校$|大学$|学院$|医院$|[小中]学$|幼儿园$|银行$|[分支]行$", rest):
        return AgencyName(name, region, None, rest, "department" if rest.endswith("局") else "other", rest, places)
    zone = re.search(r"(?:开发区|高新区|经开区|新区|示范区|园区|度假区|保税区)(?=.)", rest)
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
    if not sitename or _SPAM.search(sitename):
        return None
    places, rest = places_of("".join(sitename.split()).removeprefix("中国").strip("·-—"))
    return "".join(places) if places and re.match(r"人民政府|政府|门户|信息|政务|$", rest) else None


def _with_kind(name: str, text: str) -> tuple[str, str]:
    """A title that names only a territory is its government's: 正阳镇 is 正阳镇人民政府."""
    if name.endswith("部门"):
        stem = name[:-2]
        for body in ("局", "委员会", "厅"):
            if stem + body in text:
                return stem + body, ", its body in the text"
        return "", ""
    agency = read_agency(name)
    if agency is None:
        return name, ""
    if agency.kind == "township":
        if re.search("镇政府$|乡政府$", name):
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
    name, kind_how = _with_kind(name, text)
    if not name:
        return None, ""
    agency = read_agency(name, year)
    if agency is None:
        return None, ""
    bare = is_bare(agency)
    generic = _GENERIC.match(name)
    core = name[generic.end() :] if generic and bare else name
    if (
        len(agency.places) < 2
        and agency.level in (None, "county", "township")
        and not (agency.places and _PREFECTURE.match(agency.places[0]))
    ):
        for other in others:
            other = read_name(other) or ""
            if other.endswith(core) and len(other) > len(name) and (taken := read_agency(other, year)) and taken.places:
                return read_agency(other, year), kind_how + f", place by {other}"
        if agency.level != "national" and not (agency.places and _PROVINCE.match(agency.places[0])):
            longer = _longer(name, core, text)
            if longer and (taken := read_agency(longer, year)) and not is_bare(taken):
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
PREAMBLE = 1500  # characters after the title that may say who wrote the report and about when
LONGEST_TITLE = 70

_CN_DIGITS = str.maketrans("〇○零ＯO0０一二三四五六七八九", "00000001" + "23456789")
_YEAR = r"(?:20\d\d|二[〇○零ＯO0][〇○零一二][〇○零一二三四五六七八九])"
# A year of a title: 2024年度, 2024 年, 二〇二四年, or bare before 政府 (2024政府信息公开年报).
_TITLE_YEAR = re.compile(rf"({_YEAR})(?:年年度|年度|年|度|(?=政府|政务|信息))")
_KIND = re.compile(
    r"(?:政府|政务){0,2}(?:信息公开|公开信息|政务公开|政府公开)(?:和政务公开|与政务公开|及政务公开)?(?:工作)?(?:情况)?的?\0?"
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
_NOT_A_TITLE = re.compile(
    r"通知|通告|格式|指南|解读|图解|目录|部署|会议|培训|要点|关于(?:做好|印发|报送|开展|编制|转发|发布|公布)|首页|>|上一[篇条]|下一[篇条]"
)
_TITLE_SPLIT = re.compile(r"[_|｜—–\-]+")
# Words that stand where a title has its agency, but name a column of a site.
_COLUMN = re.compile(
    r"(?:各|市|县|区|省|州|级|直|属|政府|工作|乡镇|街道|镇街|部门|单位|区县|县区|市直|本级|年度|历年|法定|主动公开|内容|专栏|栏目|首页|信息)*"
)

_DATE = r"(20\d\d)\s*[-年./／－]\s*(\d{1,2})\s*[-月./／－]\s*(\d{1,2})(?!\d)"
_PAGE_DATE = re.compile(
    r"(?P<own>发\s*布\s*日\s*期|发\s*布\s*时\s*间|公\s*开\s*日\s*期|公\s*开\s*时\s*间|公布日期|公布时间|發布日期|發布時間|發佈日期|發佈時間|发布于"
    r"|信息时间|更新时间|(?<![\u4e00-\u9fff])(?:日期|时间|日期|時間))"
    rf"\s*[\]】]?\s*[:：|]?\s*{_DATE}"
)
_DOCUMENT_DATE = re.compile(rf"(?:发\s*文\s*日\s*期|發文日期)\s*[:：|]?\s*{_DATE}")
_LONE_DATE = re.compile(rf"[（(\[]?\s*{_DATE}日?\s*[）)\]]?")
_LINE_DATE = re.compile(rf"{_DATE}(?:\s+\d\d:\d\d(?::\d\d)?)?\s*$")
_META_DATE = re.compile(_DATE)
_CN_DATE = re.compile(
    r"(二[〇○零ＯO0][〇○零一二][〇○零一二三四五六七八九])年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_SIGNATURE = re.compile(
    r"(?P<who>.{0,40}?)\s*[（(]?(?:(?P<y>20\d\d)\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"
    r"|(?P<cn>二[〇○零ＯO0][〇○零一二][〇○零一二三四五六七八九]年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日))[）)]?"
)

# 统计期限自2024年1月1日; the damaged form 自202111日起 has lost its 年 and 月.
_PERIOD = re.compile(r"(20\d\d)年?(?:度)?$")
_DAMAGED_PERIOD = re.compile(r"(?:自|从|为|期限|时限)(20\d\d)年?1{1,2}日")
_REPORT_OF_YEAR = re.compile(
    r"(?<!第)(20\d\d)年(?:度)?[^，。；《》\n]{0,32}?(?:信息|政务)公开[^，。；《》\n]{0,16}?(?:编制|编写|撰写|报告|年报)"
)
_YEAR_OPENS = re.compile(r"(?:^|[，,。；;\n、]|情况)(20\d\d)年(?:度)?(?:以来)?[,，]")
_YEAR_OF_WORK = re.compile(r"(20\d\d)年度|截[至止](?:到)?(20\d\d)年(?:底|12月31日)")
_QUOTED = re.compile(r"《[^《》]{0,120}》|〔[^〔〕]{0,12}〕|<[^<>]{0,60}>")

_NAME = r"([\u4e00-\u9fff（）()·]{3,40}?)"
_NICK = r"(?:[（(]以下[^）)]{0,24}[）)])?"
_OGI = r"(?:的)?(?:政府|政务){0,2}信息公开"
_BY = re.compile(rf"由{_NAME}{_NICK}(?:负责|组织|牵头)?(?:编制|编写|撰写|制作|起草|依据|根据|按照|依照|严格)")
_PUBLISHED = re.compile(
    rf"(?:了|将|出|完成)?[《<]?(?:(20\d\d)年(?:度)?)?{_NAME}{_NICK}(?:(?:关于)?(20\d\d)年(?:度)?)?{_OGI}"
)
_PUBLISHING_WORDS = ("公布", "发布", "编制", "制定了", "编写", "结合", "形成", "撰写", "现将")
_TO_THE_PUBLIC = re.compile(rf"(?:^|[，,。；;、\n]){_NAME}(?:现)?向社会(?:公布|公开|发布)")
_WORK_OF = re.compile(rf"根据{_NAME}的(?:政府|政务)信息公开年度?工作")
_SUBJECT = re.compile(
    rf"20\d\d年(?:度)?(?:以来)?[,，]{_NAME}{_NICK}(?=深入|认真|严格|全面|坚持|以|在|按照|紧紧|紧扣|围绕|高度|积极|切实|持续|继续|扎实|始终|依法|不断|贯彻"
    r"|根据|聚焦|立足|着力|大力|把|将|政府信息|政务|信息公开|进一步|主动|共|累计|加强|落实)"
)
_TERRITORY_SUMMARY = re.compile(r"(?:综合|汇总)(?:20\d\d年(?:度)?)?([\u4e00-\u9fff]{2,12}?)(?:各|所属|所辖)")

_PUBLISHER_LABEL = re.compile(
    r"(?:发\s*布\s*机\s*构|发\s*文\s*机\s*关|发\s*布\s*单\s*位|公\s*开\s*责\s*任\s*部\s*门|發\s*布\s*單\s*位|發\s*布\s*機\s*構|责任单位|制发单位)\s*[\]】]?\s*[:：|\s]\s*"
)
_SOURCE_LABEL = re.compile(r"(?:信息来源|稿件来源|文章来源|来\s*源|來\s*源)\s*[\]】]?\s*[:：|\s]\s*")
_VALUE_END = re.compile(r"[\s|，。；;]|发布|时间|日期|浏览|点击|作者|索引|文号|字体|成文|主题|字号|公开|分类|有效")
_MARKER = re.compile(
    r"(?:[一1]\s*[、.．]\s*)?(?:总体情况|总体工作情况|概述|概况|基本情况|引言|總體情況)|一\s*[、.．]\s*\S"
    r"|.{0,40}?(?:根据|按照|依据|依照|為|根據|依據|本报告|本年报|本年度)"
)
_OWN = re.compile(
    r"我局|本机关|我办|本单位|本局|我委|本委|我厅|本厅|我镇|我乡|我街道|本街道|我中心|我院|我区管委会|局机关|本行政机关|我部|我馆|我院|我处"
)
_TERRITORY = re.compile(
    r"全[省市县区州盟旗镇乡](?:各级|各|行政机关|政府|范围)?|各级行政机关|各乡镇|各镇街|[市县区]各部门"
)
_ON_BEHALF = re.compile(r"政府办|办公室|办公厅|政务公开|信息中心|政务服务|大数据|网站|编辑|管理员|领导小组|融媒体")


class _Title(NamedTuple):
    """A title line taken apart: as printed without white space, its year, the agency it names, where it stands."""

    text: str
    year: int | None
    name: str
    where: str
    index: int

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
    """The text without white space and pinyin glosses, widths made equal where digits are wide."""
    text = "".join(text.split()).replace("\u200b", "").replace("\ufeff", "")
    if "２" in text or "０" in text:
        text = unicodedata.normalize("NFKC", text)
    return strip_pinyin(text)


def _take_title(text: str, where: str, index: int) -> _Title | None:
    """The title that this text is (or begins with), taken apart; None when it names no report."""
    if len(text) > 600:
        text = text[:600]
    compact = _compact(text)
    while (label := _TITLE_LABEL.match(compact)) is not None:
        compact = compact[label.end() :]
    compact = _TITLE_BRACKETS.sub("", compact).strip('《》“”"•·*#')
    folded = simplify(compact)
    if len(folded) != len(compact):
        compact = folded
    year = _TITLE_YEAR.search(folded)
    shift = 0
    marked = folded
    if year:
        marked = folded[: year.start()] + "\0" + folded[year.end() :]
        shift = year.end() - year.start() - 1
    kind = _KIND.search(marked)
    if kind is None or kind.start() > LONGEST_TITLE:
        return None
    end = kind.end() + (shift if year and year.start() < kind.end() else 0)
    rest = folded[end:]
    tail_year = None
    if (rest and year is None) or (year and year.start() >= kind.end()):
        tail_year = re.fullmatch(rf"[（(]({_YEAR})年?(?:度)?[）)]?", rest)
    if rest and tail_year is None and _TITLE_END.match(rest) is None:
        return None
    before = marked[: kind.start()]
    title = compact[:end] if tail_year is None else compact
    if year and year.start() > kind.end() and tail_year is None:
        year = None
    found = tail_year or year
    name = before.replace("\0", "").strip("《》·-—:：")
    if _NOT_A_TITLE.search(before) or re.search("[，。；,;!?！？]", before):
        return None
    name = re.sub(r"^关于|(?:关于|的|年度|度)$", "", name).strip()
    if name.endswith("人民") and folded[kind.start() :].startswith("政府"):
        name += "政府"
    if _COLUMN.fullmatch(name):
        name = ""
    if name and read_name(name) is None:
        if not found:
            return None
        name = ""
    return _Title(title, _number(found[1]) if found else None, name, where, index)


def _extend(texts: Sequence[str], index: int, limit: int, site: str) -> _Title | None:
    """The title whose last line is at `index`, with the one or two lines before it (and a year after it)."""
    parts = [texts[index]]
    alone = _take_title(texts[index], f"text {index + 1}", index)
    if alone and alone.score == 4:
        return alone
    best = alone
    i = index
    for _ in range(2):
        i -= 1
        steps = 0
        while i >= limit and not texts[i]:
            i -= 1
            steps += 1
        if i < limit or steps > 4 or len(texts[i]) > 45:
            break
        line = texts[i]
        if site and _compact(line) == site:
            break
        # 局 + 2024年…报告 is a title on two lines; a menu item above a title is not part of it.
        joined = _take_title("".join([line, *parts]), f"text {i + 1}", i)
        if joined is None:
            break
        if joined.score > (best.score if best else 0):
            best = joined
        parts.insert(0, line)
        if best and best.score == 4:
            break
    if best and best.year is None:
        after = next((t for t in texts[index + 1 : index + 4] if t), "")
        match = re.fullmatch(rf"[（(]?({_YEAR})年?(?:度)?[）)]?", _compact(after))
        if match:
            best = best._replace(year=_number(match[1]), text=best.text + _compact(after))
    return best


def _printed_titles(texts: Sequence[str], lo: int, hi: int, site: str) -> list[_Title]:
    found = []
    for i in range(lo, hi):
        text = texts[i]
        if not text or not ("报" in text or "報" in text or text == "告"):
            continue
        if len(text) > LONGEST_TITLE and not ("年报" in text[:LONGEST_TITLE] or "报告" in text[:LONGEST_TITLE]):
            continue
        title = _extend(texts, i, max(lo, i - 6), site)
        if title is not None and title.score:
            found.append(title)
    return found


def _marker(texts: Sequence[str], hi: int) -> int:
    """The index of the first line of the report's own text: a preamble or heading 一."""
    for i in range(hi):
        text = texts[i]
        if (
            text
            and _MARKER.match(text)
            and ("条例" in text or "條例" in text or "报告" in text or "總體" in text or text[0] in "一1总概基引")
        ):
            return i
    return -1


def _choose(found: list[_Title], marker: int, wanted: str) -> _Title | None:
    """Among several titles the one the page itself calls its title, else the fullest and nearest to the text."""
    if not found:
        return None
    if wanted:
        for title in found:
            if title.text == wanted:
                return title
    if marker >= 0:
        before = [t for t in found if t.index <= marker]
        # A title below the beginning of the text is a neighbour's: 上一篇, 相关链接.
        found = before
    top = max((t.score for t in found), default=0)
    if top < 2:
        return None
    # A name alone stands in menus too, so it is a title only directly above the text.
    best = [t for t in found if t.score == top]
    return best[-1]


def _meta_title(meta: Mapping[str, str]) -> _Title | None:
    best = None
    for key, where in (("articletitle", "meta ArticleTitle"), ("title", "title")):
        value = meta.get(key)
        if not value:
            continue
        pieces = [value, *_TITLE_SPLIT.split(value)]
        for piece in pieces:
            title = _take_title(piece, where, -1)
            if title and title.score >= 2 and (best is None or title.score > best.score):
                best = title
                break
    return best


def _lead(texts: Sequence[str], start: int) -> str:
    """The beginning of the text proper, simplified and without spaces, up to section two."""
    parts: list[str] = []
    size = 0
    for text in texts[start : start + 60]:
        if text:
            parts.append(text)
            size += len(text)
            if size > PREAMBLE or text.startswith(("二、", "第二十条", "信息内容")):
                break
    lead = "\n".join(parts)[: PREAMBLE + 300]
    for space in (" ", "\u3000", "\xa0", "\t", "\u200b"):
        if space in lead:
            lead = lead.replace(space, "")
    return simplify(strip_pinyin(lead))


def _body_title(lead: str) -> str | None:
    """A title that only the preamble prints: 现公布《…2024年…年度报告》."""
    at = lead.find("报告》")
    while at >= 0:
        start = lead.rfind("《", 0, at)
        if start >= 0 and re.search(r"公布|发布|编制|形成|如下|现将|公开", lead[max(0, start - 14) : start]):
            title = _take_title(lead[start + 1 : at + 2], "preamble", -1)
            if title and title.year and title.name:
                return title.text
        at = lead.find("报告》", at + 1)
    return None


def _names_in(lead: str) -> Iterator[tuple[str, str]]:
    """Who the text says wrote it: (name, the wording that says so), the plainest statements first."""
    at = lead.find("由")
    while at >= 0:
        match = _BY.match(lead, at)
        if match:
            yield match[1], "由…编制"
        at = lead.find("由", at + 1)
    for word in _PUBLISHING_WORDS:
        at = lead.find(word)
        while at >= 0:
            match = _PUBLISHED.match(lead, at + len(word))
            if match:
                yield match[2], f"{word}…"
            at = lead.find(word, at + 1)
    if "向社会" in lead and (match := _TO_THE_PUBLIC.search(lead)):
        yield match[1], "…向社会公布"
    if "信息公开年度工作" in lead and (match := _WORK_OF.search(lead)):
        yield match[1], "根据…年度工作情况"


def _years_in(lead: str) -> Iterator[tuple[int, str]]:
    """The years that the preamble and section one give for the report, the plainest statements first."""
    at = lead.find("1月1日")
    while at >= 0:
        match = _PERIOD.search(lead, max(0, at - 8), at)
        if match:
            yield int(match[1]), "preamble period"
            break
        at = lead.find("1月1日", at + 1)
    else:
        if "1日" in lead and (match := _DAMAGED_PERIOD.search(lead)):
            yield int(match[1]), "preamble period"
    plain = _QUOTED.sub("", lead)
    if match := _REPORT_OF_YEAR.search(plain):
        yield int(match[1]), "preamble"
    if match := _YEAR_OPENS.search(plain):
        yield int(match[1]), "section one"
    of_work = {m[1] or m[2] for m in _YEAR_OF_WORK.finditer(plain)}
    if len(of_work) == 1:
        yield int(of_work.pop()), "section one"


def _labelled(window: Sequence[str], first: int, label: re.Pattern[str]) -> tuple[str, str] | None:
    """The value printed after a label such as 发布机构, on the same line or as the next cell."""
    for k, text in enumerate(window):
        if not text or len(text) > 200:
            continue
        match = label.search(text + " ")
        if match is None or (match.start() > 0 and "\u4e00" <= text[match.start() - 1] <= "\u9fff"):
            continue
        value = text[match.end() :].strip() if match.end() <= len(text) else ""
        where = first + k
        if not value:
            for j in range(k + 1, min(k + 4, len(window))):
                if window[j]:
                    value, where = window[j].strip(), first + j
                    break
        end = _VALUE_END.search(value)
        value = value[: end.start()] if end else value
        if value:
            return value, f"text {where + 1}"
    return None


def _page_date(texts: Sequence[str], lo: int, hi: int) -> tuple[date, str] | None:
    """The page's own date line; a line and the next cell are read together (公开日期 | 2022-01-21)."""
    for i in range(lo, hi):
        text = texts[i]
        if not text or len(text) > 160 or not ("日" in text or "时" in text or "時" in text or "发布于" in text):
            continue
        match = _PAGE_DATE.search(text)
        if match is None and len(text) < 12:
            following = next((t for t in texts[i + 1 : i + 4] if t), "")
            match = _PAGE_DATE.search(f"{text} {following[:30]}")
        if match and (day := _day(match[2], match[3], match[4])):
            label = "".join(match["own"].split())
            return day, f"{label} text {i + 1}"
    return None


def _published(texts: Sequence[str], lo: int, hi: int, title: int, meta: Mapping[str, str]) -> tuple[date, str] | None:
    """When the page says it was published: its date line, PubDate, 发文日期, a lone date beside the title."""
    if found := _page_date(texts, lo, hi):
        return found
    if (match := _META_DATE.search(meta.get("pubdate", ""))) and (day := _day(match[1], match[2], match[3])):
        return day, "meta PubDate"
    for i in range(lo, hi):
        text = texts[i]
        if text and len(text) <= 160 and ("发" in text or "發" in text):
            match = _DOCUMENT_DATE.search(text)
            if match is None and len(text) < 12:
                following = next((t for t in texts[i + 1 : i + 4] if t), "")
                match = _DOCUMENT_DATE.search(f"{text} {following[:30]}")
            if match and (day := _day(match[1], match[2], match[3])):
                return day, f"发文日期 text {i + 1}"
    if title >= 0:
        near = [i for i in range(title + 1, min(title + 8, hi)) if texts[i]][:4]
        for i in near:
            text = texts[i]
            if len(text) > 80 or "统计" in text:
                break
            match = _LONE_DATE.fullmatch(text) or _LINE_DATE.search(text)
            if match and (day := _day(match[1], match[2], match[3])):
                return day, f"text {i + 1}"
            if day := _chinese_day(text):
                return day, f"text {i + 1}"
    return None


def _signed(texts: Sequence[str], lo: int) -> tuple[date, str, int] | None:
    """The signature block at the end: its date, the name before it ("" when none), and its index."""
    for i in range(len(texts) - 1, max(lo, 0), -1):
        text = texts[i]
        if not text or len(text) > 60 or text.rstrip("）) 。.")[-1:] != "日":
            continue
        match = _SIGNATURE.fullmatch(text.rstrip("。. "))
        if match is None:
            continue
        day = _chinese_day(match["cn"]) if match["cn"] else _day(match["y"], match["m"], match["d"])
        if day is None:
            continue
        who = match["who"].strip()
        if not who:
            for j in range(i - 1, max(lo, i - 6), -1):
                if texts[j]:
                    who = texts[j]
                    break
        return day, who if len(who) <= 40 else "", i
    return None


def _scope(texts: Sequence[str], lo: int) -> tuple[str, str] | None:
    """Whether the figures are the office's own or the whole territory's, by the sentence that counts requests."""
    own = territory = ""
    for i in range(lo, min(len(texts), lo + 400)):
        text = texts[i]
        if len(text) < 12 or not ("受理" in text or "收到" in text):
            continue
        for word in ("受理", "收到"):
            at = text.find(word)
            while at >= 0:
                start = max(text.rfind("。", 0, at), text.rfind("；", 0, at)) + 1
                stop = text.find("。", at)
                sentence = text[start : stop if stop > 0 else len(text)]
                if "申请" in sentence or "公开" in sentence:
                    before = text[start:at]
                    if not territory and _TERRITORY.search(before):
                        territory = f"text {i + 1}"
                    elif not own and _OWN.search(before):
                        own = f"text {i + 1}"
                at = text.find(word, at + 2)
        if territory or own:
            break
    if territory:
        return "territory", territory
    if own:
        return "own", own
    return None


def _differs(name: str, other: str) -> bool:
    """Whether two names cannot be the same body: neither is a shortening of the other, nor an office acting for it."""
    if _ON_BEHALF.search(other) or _ON_BEHALF.search(name):
        return False
    a, b = read_agency(name), read_agency(other)
    if a is None or b is None or is_bare(b):
        return False
    left, right = a.rest or name, b.rest or other
    return not (
        is_subsequence(left, right)
        or is_subsequence(right, left)
        or is_subsequence(other, name)
        or is_subsequence(name, other)
    )


def identify(texts: Sequence[str], meta: Mapping[str, str]) -> Identity:
    """Title, agency, year, dates and scope of the report that these texts print, each with its evidence."""
    evidence: list[Evidence] = []
    findings: list[Finding] = []
    n = len(texts)
    site = _compact(meta.get("sitename", ""))

    from_meta = _meta_title(meta) if meta else None
    wanted = from_meta.text if from_meta else ""
    head = min(n, HEAD)
    marker = _marker(texts, head)
    title = _choose(_printed_titles(texts, 0, head if marker < 0 else min(head, marker + 1), site), marker, wanted)
    if title is None and n > head and marker < 0:
        # A long menu before the article: the title is the line that ends with the kind of report.
        joined = "\n".join(texts)
        spots = []
        for ending in ("年度报告\n", "年报\n", "工作报告\n"):
            at = joined.find(ending)
            while at >= 0 and len(spots) < 40:
                spots.append(joined.count("\n", 0, at))
                at = joined.find(ending, at + 1)
        found = [t for i in sorted(spots) for t in _printed_titles(texts, i, i + 1, site)]
        if not found:
            found = [t for i in sorted(spots) if (t := _extend(texts, i, max(0, i - 6), site)) and t.score]
        title = _choose(found, -1, wanted)

    lo = 0 if title is None else max(0, title.index - 30)
    # A page on one line has its text behind its title.
    start = 0 if title is None else title.index + (len(texts[title.index]) <= 2 * LONGEST_TITLE)
    hi = min(n, HEAD if title is None else title.index + 18)
    if title is None and marker > 0:
        start = marker
        # A preamble may stand before the line that begins like one.
        while start and len(texts[start - 1]) > 20:
            start -= 1
    lead = _lead(texts, start)
    printed = title
    text = title.text if title else None
    if title:
        evidence.append(Evidence("title", title.text, title.where))
    else:
        text = _body_title(lead)
        if text:
            evidence.append(Evidence("title", text, "preamble"))
            title = _take_title(text, "preamble", -1)
        elif from_meta:
            text = from_meta.text
            evidence.append(Evidence("title", text, from_meta.where))
            title = from_meta

    # year
    year: int | None = None
    stated = list(_years_in(lead))
    if title and title.year:
        year = title.year
        evidence.append(Evidence("year", str(year), "title" if printed else title.where))
    elif from_meta and from_meta.year:
        year = from_meta.year
        evidence.append(Evidence("year", str(year), from_meta.where))
    for value, where in stated:
        if year is None:
            year = value
            evidence.append(Evidence("year", str(value), where))
        elif value != year and where == "preamble period":
            findings.append(
                Finding(
                    "year_conflict",
                    expected=year,
                    actual=value,
                    fault="publisher",
                    detail=f"title {year}, {where} {value}",
                )
            )

    # dates
    published: date | None = None
    signed: date | None = None
    if page := _published(texts, lo, hi, printed.index if printed else -1, meta):
        published = page[0]
        evidence.append(Evidence("published", published.isoformat(), page[1]))
    signature = _signed(texts, max(start + 3, n - TAIL))
    if signature:
        signed = signature[0]
        evidence.append(Evidence("signed", signed.isoformat(), f"signature text {signature[2] + 1}"))
    if year is None and (published or signed):
        # Reports are due by 31 March of the following year (条例 art. 49); said, because it is not printed.
        basis = published or signed
        if basis and basis.month <= 6:
            year = basis.year - 1
            evidence.append(Evidence("year", str(year), "year of publishing minus one"))
            findings.append(
                Finding(
                    "year_inferred",
                    actual=year,
                    fault="unknown",
                    detail=f"no year printed; published or signed {basis.isoformat()}",
                )
            )
    elif year is not None and published and published.year < year:
        findings.append(
            Finding("year_conflict", expected=year, actual=published.year, fault="unknown",
                    detail=f"about {year}, but the page is dated {published.isoformat()}")
        )  # fmt: skip

    # agency
    publisher = _labelled(texts[lo:hi], lo, _PUBLISHER_LABEL)
    source = _labelled(texts[lo:hi], lo, _SOURCE_LABEL)
    said = [(without_province(name), how) for raw, how in _names_in(lead) if (name := read_name(raw)) is not None]
    candidates: list[tuple[str, str]] = []
    if title and title.name:
        candidates.append((title.name, "title" if printed else title.where))
    if from_meta and from_meta.name:
        candidates.append((from_meta.name, from_meta.where))
    candidates += said
    if signature and signature[1] and (name := read_name(signature[1])):
        candidates.append((name, "signature"))
    if (
        publisher
        and (name := read_name(publisher[0]))
        and not re.search("政府办|办公室$|信息中心|服务中心$|网站", name)
    ):
        candidates.append((name, f"发布机构 {publisher[1]}"))
    for key, where in (("contentsource", "meta ContentSource"), ("author", "meta Author")):
        if meta.get(key) and (name := read_name(meta[key])):
            candidates.append((name, where))
    if source and (name := read_name(source[0])):
        candidates.append((name, f"来源 {source[1]}"))
    if not candidates and (match := _SUBJECT.search(_QUOTED.sub("", lead))) and (name := read_name(match[1])):
        candidates.append((name, "section one"))
    if not candidates and "各" in lead and (match := _TERRITORY_SUMMARY.search(lead)) and (name := read_name(match[1])):
        candidates.append((name, "preamble"))

    agency: AgencyName | None = None
    if candidates:
        name, where = candidates[0]
        others = [c for c, _ in candidates[1:]]
        if publisher:
            others.append(publisher[0])
        agency, how = complete(name, others, lead, site_place(meta.get("sitename", "")), year)
        if agency is None:
            # A name without its place (教育局, 县卫生健康局) is not yet an agency; the next source may have it.
            for name, where in candidates[1:]:
                agency, how = complete(name, [], lead, None, year)
                if agency is not None:
                    break
        if agency is not None:
            evidence.append(Evidence("agency", agency.name, f"{where}{how}"))
            for other, source_of in said:
                if _differs(agency.name, other):
                    findings.append(
                        Finding(
                            "agency_conflict",
                            fault="publisher",
                            detail=f"{where}: {agency.name}; preamble ({source_of}): {other}",
                        )
                    )
                    evidence.append(Evidence("agency", other, f"preamble {source_of}"))
                    break
            if publisher and (other_name := read_name(publisher[0])) and _differs(agency.name, other_name):
                findings.append(
                    Finding(
                        "agency_conflict",
                        fault="unknown",
                        detail=f"{where}: {agency.name}; 发布机构 {publisher[1]}: {other_name}",
                    )
                )
                evidence.append(Evidence("agency", other_name, f"发布机构 {publisher[1]}"))
    scope = _scope(texts, start)
    if scope:
        evidence.append(Evidence("scope", scope[0], scope[1]))
    return Identity(
        title=text,
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
