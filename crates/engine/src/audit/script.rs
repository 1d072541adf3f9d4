//! Folds a published text into the form the audit reads: simplified script, half-width signs, no stray
//! spaces, glosses or broken characters, while every character still knows where it stood.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Traditional and variant characters that occur in reports, each followed by its simplified form.
const PAIRS: &str = "萬万億亿餘余個个條条項项戶户場场處处冊册種种類类輛辆臺台畝亩雙双隨随機机總总計计較较長长滿满評评辦办結结調调\
圓元兩两訴诉錯错線线門门號号鎮镇鄉乡區区縣县單单隊队員员業业過过於于後后從从減减壓压縮缩別别為为爲为佔占與与證证書书檢检審审議议\
復复複复應应達达點点課课時时鐘钟鍾钟間间約约實实際际現现發发佈布規规範范導导預预論论設设開开關关閉闭廣广東东華华國国際际無无來来\
對对進进選选運运動动務务勞劳勢势協协單单參参變变圖图團团園园報报執执掃扫擔担據据擴扩攔拦擬拟權权標标樓楼樣样槍枪檔档歐欧歸归\
殺杀決决沒没測测濟济淨净漲涨潔洁澤泽濫滥灣湾災灾煙烟熱热營营爭争爾尔獎奖獨独獲获環环產产畢毕異异當当療疗監监盤盘眾众矚瞩碼码\
確确禮礼禍祸稱称穩稳窩窝競竞筆笔節节築筑簡简簽签籌筹糧粮糾纠紀纪紅红納纳純纯紙纸級级紛纷細细終终組组絡络給给統统經经綜综綠绿維维\
網网緊紧編编緩缓練练縱纵績绩織织繳缴繼继續续罰罚罷罢職职聯联聲声聽听腳脚腦脑臨临舉举舊旧藝艺藥药莊庄著着衛卫裝装裡里裏里補补製制\
見见視视覺觉覽览觀观觸触訂订訓训託托記记訪访許许診诊詢询話话該该詳详誠诚認认語语說说誰谁請请諒谅諮咨談谈諾诺謀谋講讲謝谢識识警警\
譯译護护讀读讓让豐丰負负財财貢贡貧贫貨货販贩責责貫贯貴贵買买貸贷費费貼贴資资賓宾賞赏賠赔質质賬账購购賽赛贏赢跡迹踐践躍跃車车軌轨\
軍军軟软載载輔辅輕轻輪轮輸输轄辖轉转辭辞農农連连週周遊游違违遞递遠远適适遷迁遺遗邊边郵邮鄰邻醫医釋释針针鈔钞銀银銷销鋒锋鋪铺錄录\
錢钱鍵键鎖锁鏈链鐵铁鑑鉴鑒鉴閱阅闊阔陣阵陸陆陽阳階阶際际險险隱隐難难離离電电靈灵靜静響响頁页頂顶順顺須须頒颁頓顿領领頭头頻频題题\
額额顏颜願愿顧顾顯显風风飛飞飯饭飲饮養养餐餐館馆馬马駐驻駕驾騙骗驗验驚惊體体髮发鬥斗魚鱼鮮鲜鳥鸟鹽盐麗丽麥麦黃黄黨党齊齐齡龄龍龙\
倉仓個个倆俩們们偉伟側侧偵侦傑杰備备傳传債债傷伤僅仅僑侨價价儀仪優优償偿儲储兒儿內内兇凶凱凯劃划則则創创劇剧劑剂勝胜勵励勸劝匯汇\
區区厲厉嚴严喪丧喚唤問问啟启啓启嘗尝囑嘱團团圍围報报執执堅坚墊垫塊块塗涂墾垦壇坛壯壮壽寿夠够夾夹奪夺奧奥婦妇媽妈孫孙學学寧宁審审\
寫写寬宽寶宝將将專专尋寻導导屆届屬属層层岡冈島岛峽峡崗岗嶺岭師师帳帐帶带幫帮幣币幹干庫库廠厂廢废廳厅張张強强彈弹彌弥彙汇徑径徹彻\
徵征恆恒惡恶惠惠愛爱態态慶庆憂忧憑凭憲宪應应懷怀戰战戲戏戶户拋抛捨舍掛挂採采揚扬換换損损搶抢撥拨撤撤擁拥擇择擊击擋挡擠挤攜携攝摄\
敗败敵敌數数斷断旅旅暫暂曆历會会東东極极構构榮荣樂乐樹树橋桥檻槛欄栏歷历殘残殼壳毀毁氣气氫氢汙污沖冲況况洩泄涉涉淺浅渦涡湧涌準准\
溝沟溫温滅灭漁渔漢汉潛潜潤润澱淀濃浓瀏浏煉炼熱热燈灯燒烧爐炉牆墙狀状獄狱獻献瑣琐畫画疊叠盜盗盡尽睜睁礎础祕秘禦御稅税穀谷積积穫获\
竊窃竪竖範范籃篮籤签粵粤糰团緒绪緣缘緝缉縫缝繁繁繫系纖纤罵骂羅罗義义習习聖圣聞闻聰聪肅肃脅胁脈脉膽胆臟脏興兴艦舰蘇苏蘭兰處处虛虚\
虧亏蟲虫術术衝冲衡衡袋袋裁裁褲裤襲袭覈核詐诈詞词試试詩诗誌志誘诱誤误課课諧谐證证譜谱讚赞貪贪賀贺賴赖贊赞贓赃趕赶趙赵踴踊軀躯輿舆\
辨辨辯辩邏逻郷乡鄭郑醜丑釐厘釘钉鋼钢錦锦鎮镇鏡镜闆板闖闯闡阐隊队隻只雖虽雜杂雲云霧雾靂雳韓韩頻频顆颗顛颠颱台駁驳駛驶騰腾驅驱髒脏\
鬧闹鳳凤鴻鸿鵬鹏麼么麽么黌黉齒齿龐庞污污幾几併并併并並并採采週周鄰邻擾扰羣群衆众牀床竝并倖幸佔占係系侷局卻却厰厂吿告啓启喫吃囬回\
圴均執执堦阶塡填壻婿夀寿姦奸嶽岳廻回彫雕恊协慾欲懸悬戞戛抜拔搆构敎教旣既晉晋昇升曉晓朶朵枱台棲栖檯台殻壳毎每涖莅淸清溼湿滙汇潟泻\
為为為为牽牵犧牺獵猎玆兹産产畵画畧略痺痹癒愈盃杯眞真祐佑禱祷稜棱窯窑竈灶箇个粧妆絕绝絲丝綱纲緖绪縂总羈羁脇胁脫脱臥卧菸烟蔔卜蔣蒋\
薦荐薩萨虜虏衞卫衖弄覇霸覊羁訃讣註注詖诐託托誡诫諫谏譽誉讎仇谿溪豬猪賍赃賫赍贛赣跼局踪踪逕径遲迟邨村酖鸩醱酦釆采鉅巨鉤钩銜衔鍋锅\
閒闲閩闽闢辟阯址陞升隣邻雞鸡雰氛霑沾靑青鞏巩韆千頽颓飆飙餵喂騐验驩欢體体髙高鬦斗鯨鲸鶴鹤麵面黏粘齣出齋斋龜龟僞伪凈净勛勋勳勋匱匮\
傾倾傭佣儉俭嗎吗嘆叹噸吨嚇吓壘垒孃娘嬰婴宮宫屢屡幀帧廬庐彥彦悅悦愷恺憤愤懇恳懲惩掙挣撫抚撿捡擱搁攤摊攬揽敘叙敍叙斂敛斬斩晝昼暢畅\
棄弃楊杨槓杠榜榜橫横檳槟櫃柜滬沪滯滞滲渗漸渐濱滨灘滩爛烂瑩莹瓊琼畝亩癥症皺皱矯矫碩硕祿禄禪禅稈秆稟禀窮穷筍笋籍籍紐纽紡纺紹绍絆绊\
絞绞綁绑綢绸綫线緯纬縣县繞绕繪绘罈坛聘聘聾聋肇肇艱艰蔭荫蕭萧薔蔷藍蓝虹虹蝦虾蠶蚕蠻蛮衆众褻亵訊讯訝讶訟讼詮诠諱讳謊谎謹谨譚谭譴谴\
賜赐賢贤賤贱賦赋贈赠轎轿轟轰辦办遙遥鄧邓醬酱釣钓鈞钧鉛铅銅铜鋁铝鍛锻鎢钨鑫鑫鑽钻閃闪闐阗隴陇雇雇韌韧頃顷項项頗颇蓋盖紮扎佈布儘尽鬆松籲吁瞭了捲卷緻致僱雇傢家慮虑憶忆擺摆攏拢曬晒棟栋樁桩歲岁湯汤滾滚濕湿礙碍縝缜縷缕繡绣纏缠膚肤臉脸艙舱葉叶蘊蕴誇夸諭谕謂谓贍赡趨趋輩辈輯辑輻辐遼辽邁迈鍊炼閣阁隸隶頌颂頑顽飾饰飼饲鬱郁魯鲁鳴鸣瀋沈剛刚塵尘壞坏礦矿噴喷嚮向塢坞墻墙夥伙幟帜廚厨廟庙彎弯撐撑楓枫樞枢灑洒盞盏磚砖紋纹膠胶誕诞諸诸閘闸陝陕騎骑蹤踪賑赈遜逊\
頸颈顫颤餓饿駱骆\
驟骤鯉鲤鴨鸭鵝鹅鹼碱齡龄";

static SIMPLE: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let mut map = HashMap::new();
    let mut chars = PAIRS.chars();
    while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
        map.insert(from, to);
    }
    map
});

/// A text in the form the grammar reads. `at[i]` is the offset, in Unicode scalars, of `chars[i]` in the text
/// handed in; `gap[i]` says that white space stood before it.
pub struct Folded {
    pub chars: Vec<char>,
    pub at: Vec<usize>,
    pub gap: Vec<bool>,
    source: Vec<char>,
}

impl Folded {
    pub fn len(&self) -> usize {
        self.chars.len()
    }

    pub fn get(&self, index: usize) -> Option<char> {
        self.chars.get(index).copied()
    }

    /// The character before `index`, if any.
    pub fn before(&self, index: usize) -> Option<char> {
        index.checked_sub(1).and_then(|i| self.get(i))
    }

    /// Whether the text reads `word` from `index` on.
    pub fn reads(&self, index: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(k, c)| self.get(index + k) == Some(c))
    }

    /// Whether the text before `index` ends with `word`.
    pub fn ends(&self, index: usize, word: &str) -> bool {
        let count = word.chars().count();
        index.checked_sub(count).is_some_and(|from| self.reads(from, word))
    }

    /// The folded text of a range.
    pub fn slice(&self, from: usize, to: usize) -> String {
        let to = to.min(self.chars.len());
        self.chars.get(from.min(to)..to).map(|c| c.iter().collect()).unwrap_or_default()
    }

    /// Offsets in the text handed in of a folded range.
    pub fn span(&self, from: usize, to: usize) -> (usize, usize) {
        let start = self.at.get(from).copied().unwrap_or(self.source.len());
        let end = to.checked_sub(1).and_then(|i| self.at.get(i)).map_or(start, |o| o + 1);
        (start, end.max(start))
    }

    /// The words of the text handed in, untouched.
    pub fn original(&self, from: usize, to: usize) -> String {
        let (start, end) = self.span(from, to);
        self.source.get(start..end).map(|c| c.iter().collect()).unwrap_or_default()
    }
}

/// Whether the character is a Chinese ideograph.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{f900}'..='\u{faff}')
}

/// The simplified, half-width form of one word or title.
pub fn simplify(text: &str) -> String {
    text.chars().map(simple).collect()
}

fn simple(c: char) -> char {
    let narrow = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '﹪' => '%',
        '﹐' => ',',
        '﹑' => '、',
        '〜' | '∼' => '~',
        '–' | '−' | '‐' | '‑' | '﹣' => '-',
        '―' | '─' | '━' => '—',
        '〇' | '○' | '◯' => '零',
        '「' | '『' | '〝' => '“',
        '」' | '』' | '〞' => '”',
        '‘' => '“',
        '’' => '”',
        '㎡' => '米',
        _ => c,
    };
    if is_han(narrow) { SIMPLE.get(&narrow).copied().unwrap_or(narrow) } else { narrow }
}

fn is_noise(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '□' | '\u{fe00}'..='\u{fe0f}')
}

const ENTITIES: [&str; 6] = ["&nbsp;", "&ensp;", "&emsp;", "&thinsp;", "&#160;", "&#12288;"];

/// Length of a pinyin gloss such as `(xiàng)` at `i`, or zero.
fn gloss(source: &[char], i: usize) -> usize {
    if !matches!(source.get(i), Some('(' | '（')) || i == 0 || !source.get(i - 1).copied().is_some_and(is_han) {
        return 0;
    }
    let mut n = 1;
    while n < 9 {
        match source.get(i + n) {
            Some(c) if c.is_ascii_lowercase() || matches!(c, '\u{e0}'..='\u{261}') => n += 1,
            Some(')' | '）') if n > 1 => return n + 1,
            _ => return 0,
        }
    }
    0
}

/// Whether a line may open with these characters as an item of a list.
fn opens_item(source: &[char], i: usize) -> bool {
    match source.get(i) {
        Some('(' | '（' | '●' | '•' | '·' | '—' | '-' | '*' | '#' | '|') => true,
        Some('①'..='⑳') => true,
        // 第三章 opens an item, 第3名 goes on
        Some('第') => {
            let numeral = |c: char| simple(c).is_ascii_digit() || "一二三四五六七八九十百".contains(c);
            let count = (1..6).take_while(|k| source.get(i + k).copied().is_some_and(numeral)).count();
            count > 0 && source.get(i + count + 1).is_some_and(|c| "章节節条條部编編款、,，:： ".contains(*c))
        }
        Some(c) => {
            let numeral = |c: char| simple(c).is_ascii_digit() || "一二三四五六七八九十".contains(c);
            if !numeral(*c) {
                return false;
            }
            let mut n = i;
            while source.get(n).copied().is_some_and(numeral) && n < i + 4 {
                n += 1;
            }
            let sign = matches!(source.get(n), Some('、' | '.' | '．' | ')' | '）' | '是' | '，' | ','));
            sign && !source.get(n + 1).is_some_and(|c| simple(*c).is_ascii_digit())
        }
        None => true,
    }
}

/// Folds the text. Line ends stay where they end a paragraph and go where a page was merely wrapped.
pub fn fold(text: &str) -> Folded {
    let source: Vec<char> = text.chars().collect();
    let mut out = Folded {
        chars: Vec::with_capacity(source.len()),
        at: Vec::with_capacity(source.len()),
        gap: Vec::with_capacity(source.len()),
        source: Vec::new(),
    };
    let mut gap = false;
    let mut line = 0usize;
    let mut i = 0;
    while let Some(&c) = source.get(i) {
        if c == '&' {
            let skip = ENTITIES.iter().find(|e| e.chars().enumerate().all(|(k, x)| source.get(i + k) == Some(&x)));
            if let Some(entity) = skip {
                gap = true;
                i += entity.len();
                continue;
            }
        }
        let glossed = gloss(&source, i);
        if glossed > 0 {
            i += glossed;
            continue;
        }
        if c == '\n' || c == '\u{2028}' || c == '\u{2029}' {
            let ended = out.chars.last().is_none_or(|p| "。!?;:\n".contains(*p));
            let next = source.get(i + 1).copied();
            // a count torn from its unit: 98.5⏎%
            let torn = out.chars.last().is_some_and(char::is_ascii_digit)
                && next.is_some_and(|n| "%％万亿萬億件名人项項个個家户戶次起条條份".contains(n));
            let wraps = !ended && (torn || line >= 20 && next.is_some_and(|n| !is_noise(n)) && !opens_item(&source, i + 1));
            if !wraps && out.chars.last() != Some(&'\n') {
                out.chars.push('\n');
                out.at.push(i);
                out.gap.push(gap);
            }
            gap = true;
            line = 0;
            i += 1;
            continue;
        }
        line += 1;
        if is_noise(c) {
            gap |= c.is_whitespace() || c == '\u{fffd}' || c == '□';
            i += 1;
            continue;
        }
        let c = simple(c);
        // 平方米 written as one sign
        if source.get(i) == Some(&'㎡') {
            for unit in ['平', '方', '米'] {
                out.chars.push(unit);
                out.at.push(i);
                out.gap.push(gap);
                gap = false;
            }
        } else {
            out.chars.push(c);
            out.at.push(i);
            out.gap.push(gap);
            gap = false;
        }
        i += 1;
    }
    out.source = source;
    out
}
