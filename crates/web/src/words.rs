//! Words: the language of a page, the English of our own labels, and how citations, dates and numbers read.

use engine::law::{Cite, Law};
use jiff::civil::{Date, DateTime};

/// The language of the interface. Statute text, titles of cases and what people wrote stay Chinese.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Chinese,
    English,
}

impl Lang {
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Chinese => "zh-CN",
            Lang::English => "en",
        }
    }

    /// One of our own labels.
    pub fn say(self, chinese: &'static str) -> &'static str {
        match self {
            Lang::Chinese => chinese,
            Lang::English => ENGLISH.iter().find(|(word, _)| *word == chinese).map_or(chinese, |(_, english)| english),
        }
    }

    /// A title of the law: as written, or its id read aloud.
    pub fn name(self, id: &str, title: &str) -> String {
        match self {
            Lang::Chinese => title.to_owned(),
            Lang::English if id.is_ascii() && id.bytes().any(|letter| letter.is_ascii_alphabetic()) => {
                engine::law::read_aloud(id.rsplit('.').next().unwrap_or(id))
            }
            Lang::English => title.to_owned(),
        }
    }
}

const ENGLISH: &[(&str, &str)] = &[
    ("跳到正文", "Skip to content"),
    ("首页", "Home"),
    ("我要办", "Apply"),
    ("我要诉", "Complain"),
    ("我要评", "Review"),
    ("我要查", "Look up"),
    ("我要问", "Ask"),
    ("登录", "Sign in"),
    ("退出", "Sign out"),
    ("待办", "To do"),
    ("收件", "New case"),
    ("台账", "Registers"),
    ("清单", "Registers"),
    ("查法条", "The law"),
    ("数据", "Figures"),
    ("年度报告", "Annual report"),
    ("查报告", "Audit a report"),
    ("不对的", "What does not hold"),
    ("正文略去的", "Left out of the text"),
    ("下载", "Download"),
    ("订阅新公开的报告", "Follow new reports"),
    ("监督", "Supervision"),
    ("一屏", "Overview"),
    ("部件", "Components"),
    ("搜索", "Search"),
    ("查进度", "Track"),
    ("筛选", "Filter"),
    ("期限", "Time limits"),
    ("现在可以做", "Open steps"),
    ("也可以", "Also open"),
    ("现在不能做", "Closed steps"),
    ("步骤", "Step"),
    ("为什么", "Why not"),
    ("怎样才能做", "What opens it"),
    ("经过", "What happened"),
    ("文书", "Papers"),
    ("文书和证据", "Papers and evidence"),
    ("办到哪一步", "Progress"),
    ("怎么算的", "How it was computed"),
    ("没有纳入程序的", "Not modelled"),
    ("您要办什么事？", "What do you need to do?"),
    ("数字", "Figures"),
    ("我的待办", "My cases"),
    ("已逾期", "Overdue"),
    ("今天和明天到期", "Due today or tomorrow"),
    ("以后到期", "Due later"),
    ("停止计时", "Stopped"),
    ("没有期限在走", "No clock running"),
    ("案件", "Case"),
    ("阶段", "Stage"),
    ("下一步", "Next step"),
    ("程序", "Procedure"),
    ("机关", "Organ"),
    ("事项", "Item"),
    ("怎么定义", "Definition"),
    ("各月", "By month"),
    ("按机关和月份", "By organ and month"),
    ("数的就是这些记录", "The records counted"),
    ("核对", "Checks"),
    ("谁填报，谁核对", "Stated by, checked by"),
    ("填报这个数", "State this figure"),
    ("按事项", "By matter"),
    ("按地点", "By place"),
    ("第一页", "First page"),
    ("合计", "Total"),
    ("全年", "Year"),
    ("上一页", "Previous"),
    ("下一页", "Next"),
    ("依据", "Basis"),
    ("办件编号", "Tracking code"),
    ("账号", "Account"),
    ("密码", "Password"),
    ("无障碍说明", "Accessibility"),
    ("现在还不能", "Not yet possible: "),
    ("回到案件", "Back to the case"),
    ("提交", "Submit: "),
    ("看流程和依据", "Procedure and basis"),
    ("哪些办迟了", "What is late"),
    ("全区法治政府建设", "The whole division"),
    ("报告", "Reports"),
    ("法治政府建设报告", "Reports on law-based government"),
    ("法治政府建设年度报告", "Annual reports on law-based government"),
    ("公开的报告", "Published reports"),
    ("已经公开的报告", "Published reports"),
    ("本单位的报告", "Reports of this organ"),
    ("逾期名单", "Late list"),
    ("各单位", "Organs"),
    ("单位", "Organ"),
    ("写好的部分", "Parts written"),
    ("交汇总", "Handed over"),
    ("报送", "Handed in"),
    ("公开", "Published"),
    ("公开的日期", "Published on"),
    ("催报", "Remind"),
    ("通报批评", "Criticise"),
    ("打开报告", "Open the report"),
    ("启动一轮", "Open a round"),
    ("启动年度报告", "Open the annual round"),
    ("启动半年报告", "Open a half-year round"),
    ("报告的年度", "Year reported on"),
    ("要报告的单位", "Organs that report"),
    ("还没有写", "Not written yet"),
    ("修改记录", "Revisions"),
    ("保存这一部分", "Save this part"),
    ("案卷", "Case file"),
    ("定稿", "Frozen report"),
    ("全文", "Whole text"),
    ("比较两次修改", "Compare two revisions"),
    ("从", "From"),
    ("到", "To"),
    ("比较", "Compare"),
    ("核对", "Checks"),
    ("核对什么", "What is checked"),
    ("算式", "Arithmetic"),
    ("理由", "Reason"),
    ("记下理由", "Record the reason"),
    ("怎么核对真伪", "How to verify"),
    ("下载定稿", "Download the frozen report"),
    ("数值", "Value"),
    ("各单位交了没有", "Who has handed in"),
    ("这一部分没有内容", "Nothing in this part"),
    ("数据池", "Data pool"),
    ("数据资源池", "Data resource pool"),
    ("数据资源目录", "Catalogue of data sets"),
    ("开放数据", "Open data"),
    ("数据集", "Data set"),
    ("提供单位", "Provided by"),
    ("发布单位", "Published by"),
    ("共享", "Sharing"),
    ("更新", "Refresh"),
    ("最近入池", "Last batch"),
    ("批次", "Batches"),
    ("批次编号", "Batch"),
    ("各月入池", "By month"),
    ("质量", "Quality"),
    ("现行记录", "Records that hold"),
    ("数据项", "Columns"),
    ("目录", "Catalogue entry"),
    ("谁看过", "Who looked"),
    ("提交一批", "Submit a batch"),
    ("提交并校核", "Submit and check"),
    ("校核", "Check"),
    ("没有收进的", "Not taken in"),
    ("这一批", "This batch"),
    ("读到的行", "Rows read"),
    ("文件", "Files"),
    ("说明", "About"),
    ("导出", "Export "),
    ("指令", "Orders"),
    ("督办指令", "Orders"),
    ("全部指令", "All orders"),
    ("下达指令", "Send an order"),
    ("预警", "Alerts"),
    ("乡镇（街道）", "Townships"),
    ("按机关", "By organ"),
    ("按乡镇（街道）", "By township"),
    ("按事项", "By matter"),
    ("停止自动更新", "Stop"),
    ("每分钟自动更新", "Load again every minute"),
    ("逾期在前", "Overdue first"),
    ("逾期多的在前", "Most overdue first"),
    ("逾期没办", "Overdue"),
    ("今天到期", "Due today"),
    ("没有办结", "Open"),
    ("等您确认", "Wait for you"),
    ("指令没有回复", "Orders without reply"),
    ("指令逾期", "Orders overdue"),
    ("没有办结的案件", "Open cases"),
    ("看逾期的案件", "What is overdue"),
    ("看指令", "The orders"),
    ("看记录", "The records"),
    ("事由", "Subject"),
    ("到哪一步", "Stage"),
    ("回复", "Reply"),
    ("确认或者退回", "Confirm or send back"),
    ("逾期", "Overdue"),
    ("来源和算法", "Source and formula"),
    ("来源", "Source"),
    ("算法", "Formula"),
    ("截至", "As of "),
    ("分开看", "Break down"),
    ("看表", "As a table"),
    ("大屏", "Wall screen"),
    ("平常的页面", "The usual page"),
    ("看定义、各月和记录", "Definition, months and records"),
    ("考核", "Appraisal"),
    ("法治政府建设考核", "Appraisal of law-based government"),
    ("三级指标", "Indicators"),
    ("报送材料", "File evidence"),
    ("指标", "Indicator"),
    ("材料", "Evidence"),
    ("材料形成的日期", "Date of the evidence"),
    ("附件", "Files"),
    ("被考核单位", "Units"),
    ("已定分", "Final"),
    ("平均得分", "Mean score"),
    ("考核通报", "Bulletin"),
    ("表扬和奖励", "Commendations"),
    ("约谈和整改", "Measures"),
    ("开始本年度考核", "Open the year"),
    ("采纳考核细则的文件", "Document that adopts the rules"),
    ("考核办公室", "Appraisal office"),
    ("得分和名次", "Scores and ranks"),
    ("到今天的得分", "Scores as of today"),
    ("各类指标的得分率", "Share earned by area"),
    ("指标体系", "Tree of indicators"),
    ("一级指标", "Area"),
    ("名次", "Rank"),
    ("得分", "Score"),
    ("等次", "Grade"),
    ("空缺和偏低", "Empty or low"),
    ("得分变动", "Score changes"),
    ("逐项得分", "Scores by indicator"),
    ("异议", "Objections"),
    ("存下的得分", "Kept scores"),
];

/// 《行政处罚法》第四十五条第一款
pub fn cite(law: &Law, cite: &Cite) -> String {
    let title = law
        .instruments
        .get(cite.instrument())
        .map_or(cite.instrument(), |found| found.title.strip_prefix("中华人民共和国").unwrap_or(&found.title));
    let Some((_, place)) = cite.0.split_once('/') else { return format!("《{title}》") };
    let mut parts = place.split('(').map(|part| part.trim_end_matches(')'));
    let mut text = format!("《{title}》");
    if let Some(article) = parts.next() {
        text.push_str(&place_of(article, "条"));
    }
    for (part, unit) in parts.zip(["款", "项", "目"]) {
        text.push_str(&place_of(part, unit));
    }
    text
}

fn place_of(number: &str, unit: &str) -> String {
    match number.parse::<u32>() {
        Ok(n) => format!("第{}{unit}", numeral(n)),
        Err(_) => format!("第{number}{unit}"),
    }
}

/// 四十五
pub fn numeral(n: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: u32| DIGITS.get(n as usize).copied().unwrap_or_default();
    match n {
        0 => "零".to_owned(),
        1..=9 => digit(n).to_owned(),
        10..=19 => format!("十{}", digit(n - 10)),
        20..=99 => format!("{}十{}", digit(n / 10), digit(n % 10)),
        100..=999 => {
            let rest = match n % 100 {
                0 => String::new(),
                r @ 1..=9 => format!("零{}", digit(r)),
                r @ 10..=19 => format!("一{}", numeral(r)),
                r => numeral(r),
            };
            format!("{}百{rest}", digit(n / 100))
        }
        _ => n.to_string(),
    }
}

/// 10月20日, with the year when it is not this one.
pub fn day(date: Date, today: Date) -> String {
    if date.year() == today.year() { format!("{}月{}日", date.month(), date.day()) } else { engine::value::long_date(date) }
}

/// 10月20日 14:26
pub fn moment(at: DateTime, today: Date) -> String {
    format!("{} {:02}:{:02}", day(at.date(), today), at.hour(), at.minute())
}

/// 2026年10月20日 14:26, the year always said.
pub fn long_moment(at: DateTime) -> String {
    format!("{} {:02}:{:02}", engine::value::long_date(at.date()), at.hour(), at.minute())
}

/// 2026年10月20日 星期二
pub fn today(date: Date) -> String {
    use jiff::civil::Weekday;
    let weekday = match date.weekday() {
        Weekday::Monday => "一",
        Weekday::Tuesday => "二",
        Weekday::Wednesday => "三",
        Weekday::Thursday => "四",
        Weekday::Friday => "五",
        Weekday::Saturday => "六",
        Weekday::Sunday => "日",
    };
    format!("{}　星期{weekday}", engine::value::long_date(date))
}

/// The value of a figure: whole numbers with thousands, rates with as many digits as they need (at most four).
pub fn value(value: Option<f64>, unit: &str) -> String {
    let Some(value) = value else { return "—".to_owned() };
    if value.fract() == 0.0 && value.abs() < 9e15 && unit != "%" {
        return engine::value::thousands(value as i64);
    }

    if unit == "%" && value < 100.0 && value > 99.99 { format!("{value:.4}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_read_as_in_statutes() {
        for (n, said) in
            [(1, "一"), (10, "十"), (18, "十八"), (45, "四十五"), (100, "一百"), (105, "一百零五"), (110, "一百一十"), (137, "一百三十七")]
        {
            assert_eq!(numeral(n), said);
        }
    }

    #[test]
    fn a_citation_reads() {
        assert_eq!(cite(&Law::default(), &Cite("处罚法/45(1)(2)".to_owned())), "《处罚法》第四十五条第一款第二项");
    }
}
