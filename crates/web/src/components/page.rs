//! The shell of every page: masthead over the 文武线, navigation of one audience, crumbs, head, footer.

use std::sync::LazyLock;

use axum::http::StatusCode;
use maud::{DOCTYPE, Markup, html};
use sm3::{Digest, Sm3};

use crate::call::{Call, Door, Reply};
use crate::words::Lang;

/// The one style sheet.
pub const STYLE: &str = include_str!("../../assets/fadu.css");

/// First eight hex of its SM3: part of its address, so that it can be kept for a year.
pub static STYLE_DIGEST: LazyLock<String> =
    LazyLock::new(|| Sm3::digest(STYLE.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect());

/// Who a page is for; each audience has its own few words of navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Public,
    Officer,
    Supervisor,
    Leader,
}

/// A page before it is wrapped.
pub struct Page {
    pub audience: Audience,
    /// States the situation; also the `<h1>` of pages that use [`head`].
    pub title: String,
    /// Which word of the navigation is the current one.
    pub here: &'static str,
    pub crumbs: Vec<(String, String)>,
    pub body: Markup,
    pub wide: bool,
    /// Fills a wall screen.
    pub wall: bool,
    /// Asks the browser to load the page again after so many seconds: only where the reader chose it, with a way to stop.
    pub again: Option<u32>,
}

impl Page {
    pub fn new(audience: Audience, title: impl Into<String>, body: Markup) -> Page {
        Page { audience, title: title.into(), here: "", crumbs: Vec::new(), body, wide: false, wall: false, again: None }
    }

    pub fn here(mut self, here: &'static str) -> Page {
        self.here = here;
        self
    }

    /// A crumb on the way here: address and words. The page itself is added.
    pub fn under(mut self, href: impl Into<String>, title: impl Into<String>) -> Page {
        self.crumbs.push((href.into(), title.into()));
        self
    }

    pub fn wide(mut self) -> Page {
        self.wide = true;
        self
    }

    /// Wide, and on a wall screen as large as the wall.
    pub fn wall(mut self) -> Page {
        self.wide = true;
        self.wall = true;
        self
    }

    pub fn again(mut self, seconds: Option<u32>) -> Page {
        self.again = seconds;
        self
    }

    pub fn ok(self, call: &Call<'_>) -> Reply {
        self.with(call, StatusCode::OK)
    }

    pub fn with(self, call: &Call<'_>, status: StatusCode) -> Reply {
        Reply::Page(status, shell(call, &self))
    }
}

/// The audience of whoever looks at a page that all share.
pub fn audience(call: &Call<'_>) -> Audience {
    match call.inside() {
        true => Audience::Officer,
        false => Audience::Public,
    }
}

/// Posts that have to do with reports.
const REPORTING: [&str; 5] = ["rule-of-law-office", "report-writer", "organ-head", "supervisor", "leader"];

fn words(call: &Call<'_>, audience: Audience) -> (&'static str, Vec<(&'static str, &'static str)>) {
    match audience {
        Audience::Public => (
            "公众服务",
            vec![
                ("/items", "我要办"),
                ("/report", "我要诉"),
                ("/review", "我要评"),
                ("/track", "我要查"),
                ("/law", "我要问"),
                ("/figures", "数据"),
            ],
        ),
        Audience::Officer | Audience::Supervisor | Audience::Leader => {
            let mut words = Vec::new();
            if call.admits(Door::Leader) {
                words.extend([("/leader", "一屏"), ("/leader/orders", "指令")]);
            }
            if call.admits(Door::Supervisor) {
                words.push(("/supervisor", "监督"));
            }
            words.extend([
                ("/officer", "待办"),
                ("/officer/new", "收件"),
                ("/officer/registers", "清单"),
                ("/pool", "数据池"),
                ("/figures", "数据"),
            ]);
            if call.person().is_some_and(|person| REPORTING.iter().any(|post| person.holds(post))) && !call.hall.law.reports.is_empty() {
                words.push(("/rounds", "报告"));
            }
            if call.admits(Door::Supervisor) && call.hall.law.reports.contains_key("annual") {
                words.push(("/reports/annual", "年度报告"));
            }
            if !call.hall.law.standards.is_empty() {
                words.push(("/appraisal", "考核"));
            }
            words.push(("/law", "查法条"));
            ("工作台", words)
        }
    }
}

fn shell(call: &Call<'_>, page: &Page) -> Markup {
    let (label, words) = words(call, page.audience);
    let site = &call.hall.settings.name;
    let wrap = if page.wide { "wrap wide" } else { "wrap" };
    html! {
        (DOCTYPE)
        html lang=(call.lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @if let Some(seconds) = page.again { meta http-equiv="refresh" content=(seconds); }
                title { (page.title) " · " (site) "法度" }
                link rel="stylesheet" href={ "/assets/fadu.css?v=" (*STYLE_DIGEST) };
            }
            body class=[page.wall.then_some("wall")] {
                a.skip href="#main" { (call.say("跳到正文")) }
                header.mast {
                    div class=(wrap) {
                        a.mast-name href="/" { span { (site) "人民政府" } b { "法度" } }
                        div.mast-me { (me(call)) (language(call)) (leave(call)) }
                    }
                }
                nav.nav aria-label=(label) {
                    div class=(wrap) { ul { @for (href, word) in &words {
                        li { a href=(href) aria-current=[(*word == page.here).then_some("page")] { (call.say(word)) } }
                    } } }
                }
                main #main {
                    div class=(wrap) {
                        @if !page.crumbs.is_empty() {
                            nav.crumbs aria-label="所在位置" { ol {
                                @for (href, title) in &page.crumbs { li { a href=(href) { (title) } } }
                                li aria-current="page" { (page.title) }
                            } }
                        }
                        (page.body)
                    }
                }
                (foot(call, wrap))
            }
        }
    }
}

fn me(call: &Call<'_>) -> Markup {
    html! {
        @match &call.visitor {
            Some(visitor) if visitor.person.organ.is_empty() => span { (visitor.person.name) },
            Some(visitor) => span { (call.hall.organ_title(&visitor.person.organ)) "　" (visitor.person.name) },
            None => a href="/sign-in" { (call.say("登录")) },
        }
    }
}

fn language(call: &Call<'_>) -> Markup {
    let link = |lang: &str| {
        let here = call.with("", "");
        format!("{here}{}lang={lang}", if here.contains('?') { '&' } else { '?' })
    };
    html! {
        @match call.lang {
            Lang::Chinese => a href=(link("en")) lang="en" hreflang="en" { "English" },
            Lang::English => a href=(link("zh")) lang="zh-CN" hreflang="zh-CN" { "中文" },
        }
    }
}

fn leave(call: &Call<'_>) -> Markup {
    html! {
        @if call.visitor.is_some() {
            form method="post" action="/sign-out" {
                input type="hidden" name="csrf" value=(call.csrf);
                button.btn-t type="submit" { (call.say("退出")) }
            }
        }
    }
}

fn foot(call: &Call<'_>, wrap: &str) -> Markup {
    let checkpoint = call.hall.store.checkpoints(call.hall.settings.number(), 1).ok().and_then(|mut found| found.pop());
    html! {
        footer.foot {
            div class=(wrap) {
                ul {
                    li { a href="/figures" { (call.say("数据")) } }
                    li { a href="/audit" { (call.say("查报告")) } }
                    li { a href="/open-data" { (call.say("开放数据")) } }
                    li { a href="/law" { (call.say("看流程和依据")) } }
                    li { a href="/publications" { (call.say("公开的报告")) } }
                    @if !call.hall.law.standards.is_empty() { li { a href="/appraisal" { (call.say("法治政府建设考核")) } } }
                    li { a href="/accessibility" { (call.say("无障碍说明")) } }
                    li { a href="/components" { (call.say("部件")) } }
                }
                p {
                    @match checkpoint {
                        Some(point) => {
                            "记录检查点：第" (point.number) "号，"
                            @if let Some(day) = actions::hall::date_of(point.day) { (engine::value::long_date(day)) "，" }
                            span.hash { "SM3 " @for byte in point.root.iter().take(8) { (format!("{byte:02x}")) } " …" }
                            "。"
                        },
                        None => "记录检查点：还没有。每天结束时公布。",
                    }
                }
                p.pr { "打印于" (engine::value::long_date(call.today())) "。纸面与记录不一致的，以记录为准。" }
            }
        }
    }
}

/// Small line, the heading that states the situation, one lead sentence.
pub fn head(kick: &str, title: &str, lead: &str) -> Markup {
    html! {
        div.head {
            @if !kick.is_empty() { p.kick { (kick) } }
            h1 { (title) }
            @if !lead.is_empty() { p.lead { (lead) } }
        }
    }
}

/// A section opened by a rule and a heading that names it.
pub fn section(id: &str, title: &str, body: Markup) -> Markup {
    html! { section.sec aria-labelledby=(id) { h2 id=(id) { (title) } (body) } }
}

/// The same with words and links beside the heading.
pub fn section_with(id: &str, title: &str, beside: Markup, body: Markup) -> Markup {
    html! { section.sec aria-labelledby=(id) { div.sec-h { h2 id=(id) { (title) } (beside) } (body) } }
}

/// Pairs of term and value, for narrow columns.
pub fn pairs(rows: &[(&str, Markup)]) -> Markup {
    html! { dl class="dl small" { @for (term, value) in rows { div { dt { (term) } dd { (value) } } } } }
}
