//! 查报告: anybody gives a report as a file or as words, and reads it again with its figures marked and the arithmetic beside it. Nothing is kept.

use std::collections::{BTreeMap, BTreeSet};

use actions::audit::{Audited, LARGEST_REPORT, Unreadable};
use engine::audit::{Check, Comparison, Exactness, Figure, Kind, Outcome, Verdict};
use engine::value::thousands;
use maud::{Markup, html};

use crate::call::{Answer, Call, Reply};
use crate::components::form;
use crate::components::page::{Audience, Page, head, section, section_with};
use crate::words::Lang;

/// The most characters shown again; all of them are audited.
const SHOWN: usize = 120_000;
/// The most figures listed.
const LISTED: usize = 3_000;
/// Years offered for the comparison.
const YEARS: i16 = 8;

/// What is said in either language.
fn say(call: &Call<'_>, chinese: &'static str, english: &'static str) -> &'static str {
    match call.lang {
        Lang::Chinese => chinese,
        Lang::English => english,
    }
}

/// Longer sayings are made only in the language in which they are said.
fn tell(call: &Call<'_>, chinese: impl FnOnce() -> String, english: impl FnOnce() -> String) -> String {
    match call.lang {
        Lang::Chinese => chinese(),
        Lang::English => english(),
    }
}

pub fn show(call: &Call<'_>) -> Answer {
    Ok(ask(call, None).ok(call))
}

/// The page that asks for a report, with what was wrong with the last one.
fn ask(call: &Call<'_>, wrong: Option<&Unreadable>) -> Page {
    let title = match wrong {
        None => say(call, "报告里的数，对不对得上？", "Do the figures of a report agree?"),
        Some(_) => say(call, "这份报告没有读出来", "The report could not be read"),
    };
    let lead = say(
        call,
        "交一份公开的法治政府建设年度报告，立刻看到里面每个数、分项之和、比率和增减算得对不对。不用登录。",
        "Give any published annual report and see at once each figure in it, and whether sums, rates and changes work out. No account is needed.",
    );
    let this = call.today().year();
    let chosen = call.given("year").unwrap_or_default().to_owned();
    let body = html! {
        (head(say(call, "查报告", "Audit a report"), title, lead))
        @if let Some(wrong) = wrong {
            div.errs role="alert" tabindex="-1" { h2 { (say(call, "怎么办", "What to do")) } p { a href="#file" { (tell(call, || wrong.chinese(), || sentence(&wrong.english()))) } } }
        }
        div.cols {
            form.text method="post" action="/audit" enctype="multipart/form-data" {
                (form::token(call))
                div.field {
                    label for="file" { (say(call, "报告文件", "The report")) }
                    span.hint id="file-h" { (tell(call,
                        || format!("可以是TXT、HTML（网页）、DOCX、有文字的PDF、XLSX、CSV，不超过{}MB。简体繁体都可以。", LARGEST_REPORT >> 20),
                        || format!("TXT, HTML, DOCX, PDF with text, XLSX or CSV, up to {} MB, in either script.", LARGEST_REPORT >> 20))) }
                    input.in id="file" name="file" type="file" aria-describedby="file-h" accept=".txt,.htm,.html,.docx,.pdf,.xlsx,.csv,text/plain,text/html,application/pdf";
                }
                div.field {
                    label for="words" { (say(call, "或者粘贴文字", "Or paste its words")) }
                    span.hint id="words-h" { (say(call, "交了文件的，以文件为准。", "When a file is given, the file is read.")) }
                    textarea.in id="words" name="words" rows="8" aria-describedby="words-h" { (call.given("words").unwrap_or_default()) }
                }
                div.field {
                    label for="year" { (tell(call, || format!("同{}的台账比", call.hall.settings.name), || "Compare with the ledger of this division".to_owned())) }
                    span.hint id="year-h" { (say(call, "选了年度，就把报告里的数同台账上公开的数放在一起看。", "Choose a year to see the figures beside the public ones of the ledger.")) }
                    select class="in w-s" id="year" name="year" aria-describedby="year-h" {
                        option value="" { (say(call, "不比", "Do not compare")) }
                        @for year in (this - YEARS..=this).rev() { option value=(year) selected[chosen == year.to_string()] { (year) (say(call, "年", "")) } }
                    }
                }
                button class="btn btn-l" type="submit" { (say(call, "查这份报告", "Audit the report")) }
                p class="small dim mt" { (say(call, "只在内存里查，查完就丢：不保存文件，不记是谁查的。", "It is read in memory only: no file is kept, and not who asked.")) }
            }
            div.aside.a1 { section.panel aria-labelledby="what" { h2 #what { (say(call, "查些什么", "What is checked")) } (promises(call)) } }
        }
    };
    page(call, title, body)
}

fn page(call: &Call<'_>, title: &str, body: Markup) -> Page {
    Page::new(Audience::Public, title, body).here("数据").under("/", call.say("首页")).under("/figures", call.say("数据"))
}

fn promises(call: &Call<'_>) -> Markup {
    let lines: [(&str, &str); 5] = [
        ("“其中”各项加起来等不等于总数", "whether parts make their total"),
        ("百分比是不是由两个数算出来的", "whether rates follow from their counts"),
        ("比上年增减的算得对不对", "whether changes on last year work out"),
        ("同一件事前后说的数一样不一样", "whether one thing is counted the same twice"),
        ("有没有整数能得出这个百分比", "whether any whole number gives the rate"),
    ];
    html! {
        ul class="dots small" { @for (chinese, english) in lines { li { (match call.lang { Lang::Chinese => chinese, Lang::English => english }) } } }
        p class="small dim mt" { (say(call, "按语法和数表读，不猜；同一份报告每次结果一样。程序也可以查：", "Read by a grammar, nothing is guessed; the same report gives the same answer. For programs: ")) a href="/api" { "POST /api/audit" } }
    }
}

/// “the file is empty” as a sentence.
fn sentence(says: &str) -> String {
    let mut letters = says.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).chain(['.']).collect())
}

pub fn take(call: &Call<'_>) -> Answer {
    let file = call.files.iter().find(|file| file.field == "file" && !file.bytes.is_empty());
    let named = call.files.iter().any(|file| file.field == "file" && !file.name.is_empty());
    let done = match (file, call.given("words")) {
        (Some(file), _) => actions::audit::audit(&file.name, &file.bytes),
        (None, Some(words)) if !named => actions::audit::audit("", words.as_bytes()),
        _ => Err(Unreadable::Empty),
    };
    let audited = match done {
        Ok(audited) => audited,
        Err(wrong) => {
            let status = match wrong {
                Unreadable::Busy | Unreadable::Slow { .. } => axum::http::StatusCode::SERVICE_UNAVAILABLE,
                Unreadable::TooLarge { .. } => axum::http::StatusCode::PAYLOAD_TOO_LARGE,
                _ => axum::http::StatusCode::UNPROCESSABLE_ENTITY,
            };
            return Ok(ask(call, Some(&wrong)).with(call, status));
        }
    };
    let year = call.given("year").and_then(|year| year.parse::<i16>().ok()).filter(|year| (1990..=2100).contains(year));
    let ledger = year.map(|year| call.hall.compare_with_ledger(&audited.audit, year)).transpose()?;
    let name = file.map_or_else(String::new, |file| file.name.clone());
    Ok(result(call, &audited, &name, year.zip(ledger)))
}

/// How many checks came out so.
fn count(checks: &[Check], results: &[Outcome]) -> usize {
    checks.iter().filter(|check| results.contains(&check.result)).count()
}

fn result(call: &Call<'_>, audited: &Audited, name: &str, ledger: Option<(i16, Vec<Comparison>)>) -> Reply {
    let audit = &audited.audit;
    let fails = count(&audit.checks, &[Outcome::Fails]);
    let title = match (audit.figures.is_empty(), fails) {
        (true, _) => say(call, "这份报告里没有找到数", "No figure was found in this report").to_owned(),
        (false, 0) => tell(
            call,
            || format!("{}个数，没有对不上的", audit.figures.len()),
            || format!("{} figures, none of them at odds", audit.figures.len()),
        ),
        (false, fails) => tell(
            call,
            || format!("{}个数，{fails}处对不上", audit.figures.len()),
            || format!("{} figures, {fails} checks fail", audit.figures.len()),
        ),
    };
    let lead = if fails == 0 {
        ""
    } else {
        say(
            call,
            "对不上不一定是错：可能是口径没有写明。请对照原文看。",
            "A failing check need not be a mistake: the text may leave out what is counted. Read it beside the words.",
        )
    };
    let kick = if name.is_empty() {
        say(call, "查报告　粘贴的文字", "Audit　pasted words").to_owned()
    } else {
        format!("{}　{name}", say(call, "查报告", "Audit"))
    };
    let body = html! {
        (head(&kick, &title, lead))
        (strip(call, audited, ledger.as_ref().map(|(_, lines)| lines.as_slice())))
        @if fails > 0 { (section("bad", say(call, "对不上的", "What does not agree"), html! { ol class="list text" { @for (place, check) in audit.checks.iter().enumerate().filter(|(_, check)| check.result == Outcome::Fails) { li { (said(call, place, check, true)) } } } })) }
        (section("text", say(call, "原文", "The report"), text(call, audited)))
        (section("checks", &tell(call, || format!("全部核对，{}项", audit.checks.len()), || format!("All {} checks", audit.checks.len())), checks(call, &audit.checks)))
        (section_with("figures", &tell(call, || format!("全部数字，{}个", audit.figures.len()), || format!("All {} figures", audit.figures.len())),
            html! { @if let Some((year, _)) = &ledger { p class="small dim" { (tell(call, || format!("右边是{}{year}年台账上名称最近的数", call.hall.settings.name), || format!("On the right the nearest figure of the ledger of {year}"))) } } },
            figures(call, &audit.figures, ledger.as_ref())))
        p class="row mt2" { a.btn href="/audit" { (say(call, "再查一份", "Audit another")) } }
    };
    page(call, &title, body).under("/audit", say(call, "查报告", "Audit a report")).ok(call)
}

fn strip(call: &Call<'_>, audited: &Audited, ledger: Option<&[Comparison]>) -> Markup {
    let checks = &audited.audit.checks;
    let agree = |wanted: Verdict| ledger.map(|lines| lines.iter().filter(|line| line.result == wanted).count());
    html! {
        dl.strip {
            div { dt { (say(call, "数字", "Figures")) } dd { a.fig href="#figures" { (audited.audit.figures.len()) } span.unit { (say(call, "个", "")) } } }
            div { dt { (say(call, "成立", "Hold")) } dd { a.fig href="#checks" { (count(checks, &[Outcome::Holds])) } span.unit { (say(call, "处", "")) } } }
            div { dt { (say(call, "截去尾数才成立", "Hold as truncation")) } dd { a.fig href="#checks" { (count(checks, &[Outcome::HoldsAsTruncation])) } span.unit { (say(call, "处", "")) } } }
            div { dt { (say(call, "对不上", "Fail")) } dd { a.fig href=(if count(checks, &[Outcome::Fails]) > 0 { "#bad" } else { "#checks" }) { (count(checks, &[Outcome::Fails])) } span.unit { (say(call, "处", "")) } } }
            div { dt { (say(call, "无法核对", "Cannot be checked")) } dd { a.fig href="#checks" { (count(checks, &[Outcome::Unverifiable])) } span.unit { (say(call, "处", "")) } } }
            @if let (Some(same), Some(other)) = (agree(Verdict::Agrees), agree(Verdict::Differs)) {
                div { dt { (say(call, "与台账一致／不一致", "Ledger: same / different")) } dd { a.fig href="#figures" { (same) "／" (other) } span.unit { (say(call, "个", "")) } } }
            }
        }
    }
}

fn kind(call: &Call<'_>, kind: Kind) -> &'static str {
    match kind {
        Kind::Sum => say(call, "合计", "Sum"),
        Kind::Rate => say(call, "比率", "Rate"),
        Kind::Change => say(call, "增减", "Change"),
        Kind::Repeat => say(call, "前后两个数", "Stated twice"),
        Kind::Integer => say(call, "整数", "Whole number"),
    }
}

fn outcome(call: &Call<'_>, result: Outcome) -> &'static str {
    match result {
        Outcome::Holds => say(call, "成立", "holds"),
        Outcome::HoldsAsTruncation => say(call, "截去尾数才成立", "holds as truncation"),
        Outcome::Fails => say(call, "对不上", "fails"),
        Outcome::Unverifiable => say(call, "无法核对", "cannot be checked"),
    }
}

/// A mark beside the word: a tick, a triangle, a ring.
fn mark(call: &Call<'_>, check: &Check) -> Markup {
    let words = format!("{}　{}", kind(call, check.kind), outcome(call, check.result));
    match check.result {
        Outcome::Holds => {
            html! { span.ok { svg viewBox="0 0 14 14" aria-hidden="true" { path.ms d="M1.5 7.5l3.5 4 7.5-9" {} } span { (words) } } }
        }
        Outcome::Fails => {
            html! { span.bad { svg viewBox="0 0 14 14" aria-hidden="true" { path.mf d="M7 .5l7 13H0z" {} path.mw d="M7 4.5v4.5M7 10.25v1.5" {} } span { (words) } } }
        }
        Outcome::HoldsAsTruncation | Outcome::Unverifiable => {
            html! { span.ok { svg viewBox="0 0 14 14" aria-hidden="true" { circle.ms cx="7" cy="7" r="5" {} } span { (words) } } }
        }
    }
}

/// One check: what it is, the arithmetic, and where it stands.
fn said(call: &Call<'_>, place: usize, check: &Check, quoted: bool) -> Markup {
    html! {
        p id=[quoted.then(|| format!("b{place}"))] { (mark(call, check)) }
        p.small { (arithmetic(call, check)) }
        @if quoted && !check.quote.is_empty() { p class="small dim" lang="zh-CN" { (short(&check.quote)) } }
        @if let Some(first) = check.figures.first() { p.small { a href=(format!("#t{first}")) { (tell(call, || format!("看原文里的第{}个数", first + 1), || format!("See figure {} in the text", first + 1))) } } }
    }
}

/// A quotation in one line.
fn short(quote: &str) -> String {
    let line: String = quote.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 160 { line } else { line.chars().take(160).chain(['…']).collect() }
}

/// The words of the report, its figures leading to the list, the checks beside their paragraph.
fn text(call: &Call<'_>, audited: &Audited) -> Markup {
    let letters: Vec<char> = audited.text.chars().collect();
    let figures = &audited.audit.figures;
    let failing: BTreeSet<usize> = audited
        .audit
        .checks
        .iter()
        .filter(|check| check.result == Outcome::Fails)
        .flat_map(|check| check.figures.iter().copied())
        .collect();
    // Each check stands beside the paragraph of its first figure.
    let mut beside: BTreeMap<usize, Vec<&Check>> = BTreeMap::new();
    for check in &audited.audit.checks {
        if let Some(first) = check.figures.first() {
            beside.entry(*first).or_default().push(check);
        }
    }
    let mut next = 0;
    let mut start = 0;
    let mut paragraphs = Vec::new();
    while start < letters.len().min(SHOWN) {
        // A paragraph ends with its line; a figure that runs over the end takes the next line along.
        let mut end = letters.iter().skip(start).position(|letter| *letter == '\n').map_or(letters.len(), |n| start + n);
        let mut last = next;
        while let Some(figure) = figures.get(last).filter(|figure| figure.start < end) {
            end = end.max(figure.end.min(letters.len()));
            last += 1;
        }
        let words = letters.get(start..end).unwrap_or_default();
        if words.iter().any(|letter| !letter.is_whitespace()) {
            paragraphs.push(paragraph(call, &letters, (start, end), figures, next..last, &failing));
            let checks: Vec<&Check> = (next..last).filter_map(|place| beside.get(&place)).flatten().copied().collect();
            if !checks.is_empty() {
                paragraphs.push(margin(call, &checks));
            }
        }
        next = last;
        start = end + 1;
    }
    html! {
        div.rep { @for part in paragraphs { (part) } }
        @if letters.len() > SHOWN { p class="note small mt" { (tell(call, || format!("报告有{}个字，这里只显示前{SHOWN}个；核对的是全文。", letters.len()), || format!("The report has {} characters; the first {SHOWN} are shown, all are checked.", letters.len()))) } }
    }
}

fn paragraph(
    call: &Call<'_>,
    letters: &[char],
    (start, end): (usize, usize),
    figures: &[Figure],
    places: std::ops::Range<usize>,
    failing: &BTreeSet<usize>,
) -> Markup {
    let words = |from: usize, to: usize| -> String {
        letters
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .filter(|letter| !letter.is_control() || **letter == '\t')
            .collect::<String>()
            .replace('\t', "　")
    };
    let mut at = start;
    let mut parts = Vec::new();
    for place in places {
        let Some(figure) = figures.get(place).filter(|figure| figure.start >= at && figure.end > figure.start) else { continue };
        parts.push(html! { (words(at, figure.start)) });
        let fails = failing.contains(&place);
        parts.push(html! {
            a.fig id={ "t" (place) } href={ "#f" (place) } title=(reading(call, figure)) {
                @if fails { strong { (words(figure.start, figure.end)) } span.vh { (say(call, "（对不上）", " (fails)")) } } @else { (words(figure.start, figure.end)) }
            }
        });
        at = figure.end;
    }
    parts.push(html! { (words(at, end)) });
    html! { p lang="zh-CN" { @for part in parts { (part) } } }
}

fn margin(call: &Call<'_>, checks: &[&Check]) -> Markup {
    let fails = checks.iter().any(|check| check.result == Outcome::Fails);
    html! { div class=(if fails { "mg warn" } else { "mg" }) { ul { @for check in checks { li { (mark(call, check)) p.small { (arithmetic(call, check)) } } } } } }
}

fn arithmetic(call: &Call<'_>, check: &Check) -> String {
    match call.lang {
        Lang::Chinese => check.note.clone(),
        Lang::English => engine::audit::english(&check.note),
    }
}

/// A value with how exact it is: 不少于70万件.
fn reading(call: &Call<'_>, figure: &Figure) -> String {
    let hedge = match figure.exactness {
        Exactness::Exact => "",
        Exactness::AtLeast => say(call, "不少于", "at least "),
        Exactness::Almost => say(call, "接近", "almost "),
        Exactness::About => say(call, "约", "about "),
    };
    format!("{hedge}{}{}", number(figure.value), figure.unit)
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return thousands(value as i64);
    }
    let text = format!("{value:.5}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn checks(call: &Call<'_>, checks: &[Check]) -> Markup {
    html! {
        @if checks.is_empty() { p.empty { (say(call, "没有找到可以互相核对的数。", "No figures were found that can be checked against each other.")) } } @else {
            table class="t stack" { caption.vh { (say(call, "全部核对", "All checks")) }
                thead { tr { th scope="col" { (say(call, "结果", "Result")) } th scope="col" { (say(call, "算式", "Arithmetic")) } th scope="col" { (say(call, "原文", "Words")) } } }
                tbody { @for check in checks.iter().take(LISTED) { tr {
                    td class="key nw" { (mark(call, check)) }
                    td { (arithmetic(call, check)) }
                    td { @match check.figures.first() { Some(first) => a href={ "#t" (first) } lang="zh-CN" { (short(&check.quote)) }, None => (short(&check.quote)) } }
                } } }
            }
        }
    }
}

fn figures(call: &Call<'_>, figures: &[Figure], ledger: Option<&(i16, Vec<Comparison>)>) -> Markup {
    let line = |place: usize| ledger.and_then(|(_, lines)| lines.iter().find(|line| line.figure == place));
    html! {
        @if figures.is_empty() { p.empty { (say(call, "没有找到数。请看看文字是不是读全了。", "No figure was found. See whether the words were read whole.")) } } @else {
            div.scroll tabindex="0" role="region" aria-label=(say(call, "全部数字", "All figures")) {
                table class="t t-d" { caption.vh { (say(call, "全部数字", "All figures")) }
                    thead { tr {
                        th scope="col" { (say(call, "说的是什么", "Subject")) }
                        th.n scope="col" { (say(call, "数", "Value")) }
                        th scope="col" { (say(call, "单位", "Unit")) }
                        th scope="col" { (say(call, "多准", "Exactness")) }
                        @if ledger.is_some() { th scope="col" { (say(call, "台账", "Ledger")) } }
                    } }
                    tbody { @for (place, figure) in figures.iter().enumerate().take(LISTED) { tr id={ "f" (place) } {
                        td lang="zh-CN" { a href={ "#t" (place) } { (if figure.subject.is_empty() { short(&figure.quote) } else { short(&figure.subject) }) } }
                        td.n { (number(figure.value)) }
                        td lang="zh-CN" { (figure.unit) }
                        td { (exactness(call, figure.exactness)) }
                        @if let Some((year, _)) = ledger { td { (beside_ledger(call, line(place), *year)) } }
                    } } }
                }
            }
            @if figures.len() > LISTED { p class="note small mt" { (tell(call, || format!("只列出前{LISTED}个。"), || format!("The first {LISTED} are listed."))) } }
        }
    }
}

fn exactness(call: &Call<'_>, exactness: Exactness) -> &'static str {
    match exactness {
        Exactness::Exact => say(call, "确数", "exact"),
        Exactness::AtLeast => say(call, "不少于", "at least"),
        Exactness::Almost => say(call, "接近", "almost"),
        Exactness::About => say(call, "约", "about"),
    }
}

/// The nearest figure of the ledger, and whether it is the same.
fn beside_ledger(call: &Call<'_>, line: Option<&Comparison>, year: i16) -> Markup {
    let Some((line, candidate)) = line.and_then(|line| Some((line, line.candidates.first()?))) else {
        return html! { span.dim { (say(call, "台账上没有", "not in the ledger")) } };
    };
    let same = line.result == Verdict::Agrees;
    html! {
        a.fig href={ "/figures/" (candidate.key) "?year=" (year) } { (number(candidate.value)) } "　"
        (call.lang.name(&candidate.key, &candidate.title)) "　"
        @if same { span.dim { (say(call, "一致", "same")) } } @else { strong { (say(call, "不一致", "different")) } }
    }
}
