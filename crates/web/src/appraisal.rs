//! 考核: the tree of a year with its rules, the ranking and the bulletin, and the sheet of a unit, in which each score says how it was
//! worked out and opens the figure it comes from.

use actions::Error;
use actions::appraisal::{Bulletin, Change, File, Filing, Objection, Standing, Unit, UnitSheet, Year};
use axum::http::StatusCode;
use engine::decide::Reason;
use engine::indicator::score::{Act, Leaf};
use engine::indicator::{Indicator, Tree};
use engine::law::ADOPTED_BY;
use maud::{Markup, html};

use crate::call::{Answer, Call, Reply};
use crate::components::page::{Page, audience, head, section, section_with};
use crate::components::{figure, form, steps};
use crate::words;

/// The post that opens a year.
const OFFICE: &str = "appraisal-office";
/// The post that files a unit's evidence.
const LIAISON: &str = "appraisal-liaison";

fn year_asked(call: &Call<'_>) -> Result<i16, Error> {
    call.part("year").parse().ok().filter(|year| (1990..=2100).contains(year)).ok_or(Error::NotFound)
}

/// The latest year that has something to show.
pub fn latest(call: &Call<'_>) -> Answer {
    let years = call.hall.appraisal_years(call.today())?;
    let year = years.first().copied().ok_or(Error::NotFound)?;
    Ok(Reply::Go(format!("/appraisal/{year}")))
}

pub fn show(call: &Call<'_>) -> Answer {
    let asked = year_asked(call)?;
    let years = call.hall.appraisal_years(call.today())?;
    let year = call.hall.appraisal_year(call.person(), asked, call.now)?;
    let bulletin = year.round.as_ref().and_then(|round| round.bulletin.as_ref());
    let state = match (&year.round, bulletin) {
        (_, Some(bulletin)) => format!("{}已通报", words::day(bulletin.issued, call.today())),
        (Some(round), None) => format!("{}开始，考核中", words::day(round.opened, call.today())),
        (None, None) => "还没有开始".to_owned(),
    };
    let title = format!("{asked}年度法治政府建设考核");
    let settled = year.units.iter().filter(|unit| unit.standing == Standing::Final).count();
    let body = html! {
        (head(&format!("{}　{state}", year.tree.title), &title, ""))
        ul class="row small mt" { @for other in &years { li {
            @if *other == asked { strong { (other) "年度" } } @else { a href={ "/appraisal/" (other) } { (other) "年度" } }
        } } }
        dl.strip {
            div { dt { (call.say("三级指标")) } dd { a.fig href="#tree" { (year.tree.count) } span.unit { "项" } } }
            div { dt { (call.say("被考核单位")) } dd { @if year.units.is_empty() { "—" } @else { a.fig href="#rank" { (year.units.len()) } span.unit { "个" } } } }
            div { dt { (call.say("已定分")) } dd { @if year.units.is_empty() { "—" } @else { (settled) span.unit { "个" } } } }
            div { dt { (call.say("平均得分")) } dd { @match year.roll.as_ref().and_then(|roll| roll.mean()) { Some(mean) => { (mean) span.unit { "分" } }, None => "—" } } }
        }
        @if let Some((bulletin, round)) = bulletin.zip(year.round.as_ref()) { (section("bulletin", call.say("考核通报"), notice(call, bulletin, round.case, &round.code))) }
        (open(call, &year))
        (section("rank", call.say(if bulletin.is_some() { "得分和名次" } else { "到今天的得分" }), ranking(call, &year)))
        @if let Some(roll) = year.roll.as_ref().filter(|roll| roll.units > 0) {
            (section("areas", call.say("各类指标的得分率"), areas(call, &year.tree, roll)))
        }
        (section_with("tree", call.say("指标体系"), html! { p class="small dim" { @if let Some(round) = year.round.as_ref().filter(|round| !round.adopted_by.is_empty()) { "按" (round.adopted_by) "采纳的考核细则。" } @if year.frozen { "本年度已经存下，不再改动" } @else { (words::day(year.tree.in_force, call.today())) "起施行" } } }, tree(call, &year.tree, asked)))
    };
    Ok(Page::new(audience(call), title, body).here("考核").ok(call))
}

/// Where the weights come from, always beside them.
fn source(tree: &Tree) -> Markup {
    html! { p class="small dim" { "权重、满分线和扣分标准：" (tree.source) @if !tree.adopted { "，默认值，本地尚未采纳" } "。能从业务记录算出的得分由系统计算，没有人填报。" } }
}

fn notice(call: &Call<'_>, bulletin: &Bulletin, case: i64, code: &str) -> Markup {
    html! {
        @if let Some(number) = &bulletin.number { p { (number) "　" (engine::value::long_date(bulletin.issued)) } }
        p.text { (bulletin.remarks) }
        @if !bulletin.commendations.is_empty() { h3 { (call.say("表扬和奖励")) } ul.dots { @for line in &bulletin.commendations { li { (line) } } } }
        @if !bulletin.measures.is_empty() { h3 { (call.say("约谈和整改")) } ul.dots { @for line in &bulletin.measures { li { (line) } } } }
        p.small {
            @if call.inside() {
                a href={ "/papers/" (case) "/" (bulletin.seq) "/bulletin.pdf" } { "通报全文 PDF" } "　"
                a href={ "/papers/" (case) "/" (bulletin.seq) "/bulletin.docx" } { "DOCX" span.vh { "：通报全文" } } "　"
            }
            a href={ "/verify/" (code) "/" (bulletin.seq) } { "核对通报" }
        }
    }
}

/// What the office can do here: begin the year, or take in units that came later.
fn open(call: &Call<'_>, year: &Year) -> Markup {
    let office = call.person().is_some_and(|person| person.holds(OFFICE));
    let issued = year.round.as_ref().is_some_and(|round| round.bulletin.is_some());
    html! {
        @if office && !issued {
            (section("open", call.say(if year.round.is_none() { "开始本年度考核" } else { "考核办公室" }), html! {
                form method="post" action=(call.path) {
                    input type="hidden" name="csrf" value=(call.csrf);
                    p class="small dim" { @if year.round.is_none() { "存下本年度的指标体系，给每个单位开始一案；此后指标和权重不再改动。" } @else { "给新设的、还没有开始的单位各开一案；已经开始的不变。" } }
                    @if year.round.as_ref().is_none_or(|round| round.adopted_by.is_empty()) {
                        (form::line(ADOPTED_BY, call.say("采纳考核细则的文件"), "名称和文号。细则是随软件提供的示范文本，区里发文采纳以后才有约束力。", "text", call.given(ADOPTED_BY).unwrap_or_default()))
                    }
                    button.btn type="submit" { @if year.round.is_none() { "开始" (year.year) "年度考核" } @else { "补上新设的单位" } }
                }
                @if let Some(round) = &year.round { p.mt { a href={ "/officer/cases/" (round.case) } { "办这一轮：签发通报、办结" } } }
            }))
        }
    }
}

pub fn begin(call: &Call<'_>) -> Answer {
    let me = call.me()?.clone();
    call.hall.open_appraisal(&me, year_asked(call)?, call.given(ADOPTED_BY).unwrap_or_default(), call.now)?;
    Ok(Reply::Go(call.path.clone()))
}

fn ranking(call: &Call<'_>, year: &Year) -> Markup {
    let mut groups: Vec<Option<String>> = Vec::new();
    for unit in &year.units {
        if !groups.contains(&unit.group) {
            groups.push(unit.group.clone());
        }
    }
    let issued = year.round.as_ref().is_some_and(|round| round.bulletin.is_some());
    html! {
        @if year.units.is_empty() {
            p.empty { @if year.round.is_none() { "这一年度还没有开始考核。" } @else if call.inside() { "通报以前，只有被考核单位、考核人员和监督人员看得到得分。" } @else { "得分和名次在通报以后公开。" } }
        }
        @if !issued && !year.units.is_empty() { p class="small dim" { "考核没有结束，得分随业务记录变化；名次以通报为准。" } }
        @for group in &groups {
            @let units: Vec<&Unit> = year.units.iter().filter(|unit| &unit.group == group).collect();
            h3 { (group.as_deref().unwrap_or("其他单位")) "　" span class="small dim" { (units.len()) "个" } }
            table class="t stack" { caption.vh { (group.as_deref().unwrap_or("其他单位")) "的得分和名次" }
                thead { tr { th.n scope="col" { (call.say("名次")) } th scope="col" { (call.say("单位")) } th.n scope="col" { (call.say("得分")) } th scope="col" { (call.say("等次")) } th scope="col" { (call.say("阶段")) } th.n scope="col" { (call.say("空缺和偏低")) } } }
                tbody { @for unit in units { tr {
                    td.n { @match unit.rank { Some(rank) => (rank), None => "—" } }
                    td.key { @if call.inside() { a href={ "/appraisal/" (year.year) "/" (unit.organ) } { (unit.title) } } @else { (unit.title) } }
                    td.n { @match unit.total { Some(total) => (total), None => "—" } }
                    td { (unit.grade.as_deref().unwrap_or("—")) }
                    td.nw { (call.lang.name(&unit.stage, &unit.stage_title)) @if unit.late { " " span.red { "逾期" } } }
                    td.n { @if unit.standing == Standing::Dropped { "—" } @else { (unit.gaps) } }
                } } }
            }
        }
        @if groups.iter().any(Option::is_some) { p class="small dim" { "同类单位之间排名；得分相同的并列，其后的名次空出。" } }
    }
}

fn areas(call: &Call<'_>, tree: &Tree, roll: &engine::indicator::score::Roll) -> Markup {
    html! {
        table class="t t-d" { caption.vh { "各类指标的得分率" }
            thead { tr { th scope="col" { (call.say("一级指标")) } th.n scope="col" { "分值" } th.n scope="col" { "得分率（%）" } } }
            tbody { @for area in &tree.areas { tr {
                th scope="row" { (area.id) " " (area.title) } td.n { (area.weight) }
                td.n { @match roll.area(&area.id) { Some(share) => (share), None => "—" } }
            } } }
        }
        p class="small dim" { "全部" (roll.units) "个单位的得分相加，除以各单位适用的分值相加。" }
    }
}

fn tree(call: &Call<'_>, tree: &Tree, year: i16) -> Markup {
    html! {
        (source(tree))
        @for area in &tree.areas {
            h3 { (area.id) " " (area.title) "　" span class="small dim" { (area.weight) "分" } }
            table class="t stack" { caption.vh { (area.title) }
                thead { tr { th scope="col" { "指标" } th.n scope="col" { "分值" } th scope="col" { "怎么评分" } th scope="col" { "材料和来源" } th scope="col" { (call.say("依据")) } } }
                tbody { @for item in &area.items { @for leaf in &item.indicators { tr {
                    td.key { (leaf.id) " " (leaf.title) span.sub { (item.title) @if !leaf.groups.is_empty() { "，只考核" (groups(tree, leaf)) } } }
                    td.n { (leaf.weight) }
                    td { (leaf.rule.says()) (condition(call, leaf, year)) }
                    td { (leaf.evidence) @if let Some(key) = leaf.rule.figure() { span.sub { (link(call, key, year, None)) } } span.sub { (leaf.organ) } }
                    td { (words::cite(&call.hall.law, &leaf.basis)) }
                } } } }
            }
        }
    }
}

fn groups(tree: &Tree, leaf: &Indicator) -> String {
    let titles: Vec<&str> = tree.groups.iter().filter(|group| leaf.groups.contains(&group.id)).map(|group| group.title.as_str()).collect();
    titles.join("、")
}

fn condition(call: &Call<'_>, leaf: &Indicator, year: i16) -> Markup {
    html! { @if let Some(key) = &leaf.if_any { span.sub { "没有" (link(call, key, year, None)) "的单位不涉及" } } }
}

/// A figure by its title, leading to its records; for one unit when one is named.
fn link(call: &Call<'_>, key: &str, year: i16, organ: Option<&str>) -> Markup {
    let title = call.hall.law.figure(key).map_or_else(|| key.to_owned(), |figure| call.lang.name(key, &figure.title));
    let organ = organ.map_or_else(String::new, |organ| format!("&organ={organ}"));
    html! { a href={ (figure::href(key, year)) (organ) } { (title) } }
}

pub fn sheet(call: &Call<'_>) -> Answer {
    Ok(sheet_page(call, &[])?.ok(call))
}

/// Evidence filed from the sheet; what was typed stands again when it is refused.
pub fn file(call: &Call<'_>) -> Answer {
    let me = call.me()?.clone();
    let arose_on = match call.given("arose-on").map(str::parse) {
        Some(Err(_)) => return Err(Error::Invalid("材料形成的日期应当写成2026-10-20".to_owned())),
        Some(Ok(day)) => Some(day),
        None => None,
    };
    let filing = Filing {
        indicator: call.given("indicator").unwrap_or_default().to_owned(),
        says: call.given("evidence").unwrap_or_default().to_owned(),
        arose_on,
        files: call
            .files
            .iter()
            .filter(|file| file.field == "file" && !file.name.is_empty())
            .map(|file| File { name: file.name.clone(), bytes: file.bytes.clone() })
            .collect(),
    };
    let to = format!("{}#i-{}", call.path, filing.indicator);
    match call.hall.file_evidence(&me, year_asked(call)?, call.part("organ"), filing, call.now) {
        Ok(_) => Ok(Reply::Go(to)),
        Err(Error::Refused(refusal)) => Ok(sheet_page(call, &refusal.reasons)?.with(call, StatusCode::CONFLICT)),
        Err(error) => Err(error),
    }
}

/// A file that a sheet names.
pub fn evidence(call: &Call<'_>) -> Answer {
    let (file, kind) = call.hall.evidence_file(call.person(), year_asked(call)?, call.part("organ"), call.part("digest"))?;
    Ok(Reply::File { kind, name: file.name, bytes: file.bytes })
}

/// The form of the unit's own people while evidence is taken.
fn filing(call: &Call<'_>, unit: &UnitSheet, reasons: &[Reason]) -> Markup {
    let own = call.person().is_some_and(|person| person.holds(LIAISON) && person.organ == unit.organ);
    let chosen = call.given("indicator").or(call.ask("indicator")).unwrap_or_default();
    let wrong = (!reasons.is_empty()).then_some("true");
    html! {
        @if own && matches!(unit.stage.as_str(), "collecting" | "self-scoring") {
            (section("file", call.say("报送材料"), html! {
                (steps::reasons(call, reasons))
                form class="text mt" method="post" action=(call.path) enctype="multipart/form-data" {
                    input type="hidden" name="csrf" value=(call.csrf);
                    div.field { label for="indicator" { (call.say("指标")) }
                        select class="in w-m" id="indicator" name="indicator" required aria-invalid=[wrong] {
                            option value="" { "请选择" }
                            @for leaf in unit.tree.leaves() { option value=(leaf.id) selected[leaf.id == chosen] { (leaf.id) " " (leaf.title) } }
                        }
                    }
                    div.field { label for="evidence" { (call.say("材料")) } span.hint id="evidence-h" { "材料的名称、文号和所证明的事情。" }
                        textarea.in id="evidence" name="evidence" rows="3" required aria-describedby="evidence-h" { (call.given("evidence").unwrap_or_default()) }
                    }
                    div.field { label for="arose-on" { (call.say("材料形成的日期")) "（可不填）" }
                        input class="in w-s" id="arose-on" name="arose-on" type="date" value=(call.given("arose-on").unwrap_or_default());
                    }
                    div.field { label for="files" { (call.say("附件")) "（可不填）" } span.hint id="files-h" { "一次最多10个。提交后按内容存入，不能更换。" }
                        input.in id="files" name="file" type="file" multiple aria-describedby="files-h";
                    }
                    div.row { button.btn type="submit" { (call.say("报送材料")) } }
                }
            }))
        }
    }
}

fn sheet_page(call: &Call<'_>, reasons: &[Reason]) -> Result<Page, Error> {
    let asked = year_asked(call)?;
    let unit = call.hall.appraisal_sheet(call.person(), asked, call.part("organ"))?;
    let so_far = match unit.standing {
        Standing::Running => "到今天的得分",
        Standing::Checked => "审核中的得分",
        Standing::Final => "最终得分",
        Standing::Dropped => "不再考核",
    };
    let total = unit.sheet.total.map_or_else(|| "没有得分".to_owned(), |total| format!("{total}分"));
    let title = format!("{}：{total}", unit.title);
    let body = html! {
        (head(&format!("{asked}年度考核　{}　{so_far}", unit.group.as_deref().unwrap_or("其他单位")), &title, &unit.sheet.says))
        dl.strip {
            div { dt { (call.say("等次")) } dd { (unit.grade.as_deref().unwrap_or("—")) } }
            div { dt { (call.say("阶段")) } dd { a href={ "/officer/cases/" (unit.case) } { (call.lang.name(&unit.stage, &unit.stage_title)) } } }
            div { dt { (call.say("空缺和偏低")) } dd { a.fig href="#gaps" { (unit.gaps.len()) } span.unit { "项" } } }
            div { dt { (call.say("得分变动")) } dd { a.fig href="#changes" { (unit.changes.len()) } span.unit { "次" } } }
        }
        p.mt { a href={ "/officer/cases/" (unit.case) "#open" } { "打开案件：报送材料、审核、异议" } }
        (filing(call, &unit, reasons))
        (section("sheet", call.say("逐项得分"), scores(call, &unit)))
        (section("gaps", call.say("空缺和偏低"), html! {
            @if unit.gaps.is_empty() { p.empty { "没有空缺和偏低的指标。" } } @else {
                ul.list { @for gap in &unit.gaps { li { @if gap.empty { span class="tag" { "空缺" } } @else { span.tag { "偏低" } } " " a href={ "#i-" (gap.indicator) } { (gap.indicator) " " (gap.title) } "　" span.dim { (gap.says) } } } }
            }
        }))
        (section("objections", call.say("异议"), objections(call, &unit)))
        (section("changes", call.say("得分变动"), changes(call, &unit)))
        (section("kept", call.say("存下的得分"), kept(call, &unit)))
        (source(&unit.tree))
    };
    Ok(Page::new(audience(call), title, body).here("考核").under(format!("/appraisal/{asked}"), format!("{asked}年度考核")))
}

fn scores(call: &Call<'_>, unit: &UnitSheet) -> Markup {
    let branch = |id: &str| unit.sheet.areas.iter().find(|area| area.id == id);
    html! {
        @for area in &unit.tree.areas {
            h3 { (area.id) " " (area.title) "　" span class="small dim" { @if let Some(branch) = branch(&area.id) { "得" (branch.score) "分，适用" (branch.asked) "分" } } }
            table class="t stack" { caption.vh { (area.title) }
                thead { tr { th scope="col" { "指标" } th.n scope="col" { "得分/分值" } th scope="col" { (call.say("怎么算的")) } } }
                tbody { @for leaf in area.items.iter().flat_map(|item| &item.indicators) { @if let Some(scored) = unit.sheet.leaf(&leaf.id) { tr id={ "i-" (leaf.id) } {
                    td.key { (leaf.id) " " (leaf.title) span.sub { (leaf.evidence) } }
                    td class="n nw" { @if scored.asked { strong { (scored.score) } } @else { "—" } span.dim { "/" (leaf.weight) } }
                    td { (scored.says) (opened(call, leaf, scored, unit)) }
                } } } }
            }
        }
    }
}

/// The figure behind a computed score, counted for this unit; the evidence behind one that is not.
fn opened(call: &Call<'_>, leaf: &Indicator, scored: &Leaf, unit: &UnitSheet) -> Markup {
    html! {
        @if let Some(key) = leaf.rule.figure() { span.sub { "数据：" (link(call, key, unit.year, Some(&unit.organ))) } }
        @if scored.filed > 0 || scored.deducted > engine::indicator::Points::ZERO {
            ul class="small dots" { @for change in unit.changes.iter().filter(|change| change.entry.indicator == leaf.id) { li { (entry(call, unit, change)) } } }
        }
    }
}

fn entry(call: &Call<'_>, unit: &UnitSheet, change: &Change) -> Markup {
    let entry = &change.entry;
    let evidence = match entry.act {
        Act::Filed if entry.evidence.is_empty() => String::new(),
        Act::Filed => format!("（形成于{}）", entry.evidence),
        _ if entry.evidence.is_empty() => String::new(),
        _ => format!("证据：{}", entry.evidence),
    };
    html! {
        (entry.act.title()) @if let Some(points) = entry.points { (points) "分" } "：" (entry.says) " " (evidence) "　"
        @for (place, file) in entry.files.iter().enumerate() { a href={ "/appraisal/" (unit.year) "/" (unit.organ) "/evidence/" (file) } { "附件" (place + 1) span.vh { "：" (entry.says) } } "　" }
        span.dim { (entry.by.join("、")) "，" (words::moment(entry.at, call.today())) }
    }
}

fn changes(call: &Call<'_>, unit: &UnitSheet) -> Markup {
    html! {
        @if unit.changes.is_empty() { p.empty { "还没有人报送、审核或者扣分。" } } @else {
            table class="t stack" { caption.vh { "得分变动" }
                thead { tr { th scope="col" { "时间" } th scope="col" { "指标" } th scope="col" { "做了什么" } th scope="col" { "谁" } th.n scope="col" { "得分变化" } th.n scope="col" { "记录" } } }
                tbody { @for change in unit.changes.iter().rev() { tr {
                    td.nw { (words::moment(change.entry.at, call.today())) }
                    td.nw { a href={ "#i-" (change.entry.indicator) } { (change.entry.indicator) } }
                    td { (change.entry.act.title()) @if let Some(points) = change.entry.points { (points) "分" } span.sub { (change.entry.says) @if change.entry.act == Act::Deducted { "　证据：" (change.entry.evidence) } } }
                    td { (change.entry.by.join("、")) }
                    td.n { @if change.before == change.after { "—" } @else { (change.before) "→" (change.after) } }
                    td.n { "第" (change.entry.seq) "号" }
                } } }
            }
            p class="small dim" { "得分变化按只计采信材料的算法，用现在的数据重算每一步前后；每一条都是案件里的一条记录，改不了。" }
        }
    }
}

fn kept(call: &Call<'_>, unit: &UnitSheet) -> Markup {
    html! {
        @if unit.kept.is_empty() { p.empty { "还没有提醒、自评或者初评。" } } @else {
            table class="t stack" { caption.vh { "存下的得分" }
                thead { tr { th scope="col" { "时间" } th scope="col" { "步骤" } th.n scope="col" { (call.say("得分")) } th scope="col" { "与上一次相比" } } }
                tbody { @for kept in &unit.kept { tr {
                    td.nw { (words::moment(kept.at, call.today())) }
                    td { (kept.title) span.sub { @if kept.by.is_empty() { "期限自动记录" } @else { (kept.by.join("、")) } } }
                    td.n { @match kept.total { Some(total) => (total), None => "—" } }
                    td { @if kept.moved.is_empty() { "—" } @else { @for (place, (id, before, after)) in kept.moved.iter().enumerate() { @if place > 0 { "；" } a href={ "#i-" (id) } { (id) } " " (before) "→" (after) } } }
                } } }
            }
        }
    }
}

fn objections(call: &Call<'_>, unit: &UnitSheet) -> Markup {
    let result = |result: &str| match result {
        "upheld" => "异议成立",
        "partly" => "异议部分成立",
        _ => "异议不成立",
    };
    let one = |objection: &Objection| {
        html! {
            h3 { a href={ "#i-" (objection.indicator) } { (objection.indicator) } "　" @match &objection.decided { Some(decided) => (result(&decided.result)), None => "正在复核" } }
            p { "单位：" (objection.says) "　" span.dim { (objection.by.join("、")) "，" (words::moment(objection.raised, call.today())) } }
            @if let Some(decided) = &objection.decided { p { "复核：" (decided.reasons) "　" span.dim { (decided.by.join("、")) "，" (words::moment(decided.at, call.today())) } } }
        }
    };
    html! { @if unit.objections.is_empty() { p.empty { "没有提出异议。" } } @for objection in &unit.objections { (one(objection)) } }
}
