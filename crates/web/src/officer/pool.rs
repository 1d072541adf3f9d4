//! 数据资源池: the catalogue of data sets, a data set with its batches and records, and a batch with what was not taken in.

use actions::figure::Period;
use actions::pool::batch::{BatchView, cycle};
use actions::pool::records::{Form, Lookup, RecordView};
use actions::pool::{DataSet, PoolSight, Submitted};
use actions::{By, CellFilter, Error};
use engine::value::thousands;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::call::{Answer, Call, Reply};
use crate::components::law::cited;
use crate::components::page::{Audience, Page, head, pairs, section};
use crate::components::{chart, figure, form};
use crate::words;

const TOTAL: &str = "S172.records_pooled_total";
const PAGE: usize = 50;
/// Batches listed on the page of a data set.
const BATCHES: usize = 30;

/// From before anything was pooled until today: what stands in the pool is the sum of all that came and went.
fn ever(call: &Call<'_>) -> Period {
    Period { from: Date::constant(2000, 1, 1), to: call.today() }
}

pub fn all(call: &Call<'_>) -> Answer {
    let sets = call.hall.data_sets();
    let by_set = call.hall.breakdown(TOTAL, ever(call), &[By::Matter], &CellFilter::default())?;
    let count = |set: &DataSet| by_set.iter().find(|cell| cell.matter.as_deref() == Some(&set.entry.id)).map_or(0, |cell| cell.amount);
    let total: i64 = by_set.iter().map(|cell| cell.amount).sum();
    let title = format!("{}个数据集，入池{}条", sets.len(), thousands(total));
    let mut lines = Vec::new();
    for set in &sets {
        lines.push((set, count(set), call.hall.pool_freshness(set)?));
    }
    let body = html! {
        (head(call.say("数据资源池"), &title, "一批数据先校核、再由另一人审核，才进池。撤回的批次退出现行数据，历史留着。"))
        (strip(call)?)
        section.sec aria-labelledby="sets" { h2 #sets { (call.say("数据资源目录")) }
            @if sets.is_empty() { p.empty { "目录里还没有数据集。数据资源管理人员在" a href="/officer/registers/data-sets" { "数据资源目录" } "里列入。" } } @else {
                table class="t stack" { caption.vh { "数据资源目录" }
                    thead { tr { th scope="col" { (call.say("数据集")) } th scope="col" { (call.say("提供单位")) } th scope="col" { (call.say("共享")) } th scope="col" { (call.say("更新")) } th.n scope="col" { "入池" } th scope="col" { (call.say("最近入池")) } } }
                    tbody { @for (set, count, (_, last)) in &lines { tr {
                        td.key { a href={ "/pool/" (set.entry.id) } { (set.entry.title) } @if !set.entry.in_force(call.today()) { span.sub { (set.entry.state.title()) } } @else if set.is_open(call.today()) { span.sub { "向社会开放" } } }
                        td { (call.hall.organ_title(&set.entry.organ)) }
                        td.nw { (read(call, set, "sharing")) }
                        td.nw { (read(call, set, "refresh")) }
                        td.n { (thousands(*count)) span.unit { "条" } }
                        td.nw { @match last { Some(at) => { (words::day(at.date(), call.today())) @if late(call, set, Some(at.date())) { span class="sub red" { "该更新了" } } }, None => span.dim { "还没有" } } }
                    } } }
                }
            }
        }
        p class="small mt" { a href="/officer/registers/data-sets" { "目录的登记和变更" } "　" a href="/open-data" { "开放数据" } }
    };
    Ok(Page::new(Audience::Officer, title, body).here("数据池").ok(call))
}

/// The figures of the year, each leading to its batches.
fn strip(call: &Call<'_>) -> Result<Markup, Error> {
    let year = call.today().year();
    let period = Period::year(year).ok_or(Error::NotFound)?;
    let keys = [TOTAL, "S172.rows_read", "S172.rows_rejected", "S172.acceptance_rate", "S172.batches_pooled"];
    let shown = keys.iter().map(|key| call.hall.figure(key, period, &CellFilter::default())).collect::<Result<Vec<_>, _>>()?;
    let shown: Vec<_> = shown.iter().collect();
    Ok(
        html! { section aria-labelledby="year" { h2.vh #year { (year) "年" } p class="small dim" { (year) "年" } (figure::strip(call, &shown, year)) } },
    )
}

/// A field of the catalogue, read with its choices.
fn read(call: &Call<'_>, set: &DataSet, id: &str) -> String {
    let field =
        call.hall.law.registers.get(actions::pool::REGISTER).and_then(|register| register.fields.iter().find(|field| field.id == id));
    match (field, set.entry.fields.get(id)) {
        (Some(field), Some(value)) => call.hall.read_value(field, value),
        _ => String::new(),
    }
}

fn late(call: &Call<'_>, set: &DataSet, last: Option<Date>) -> bool {
    let Some(days) = cycle(set.text("refresh")).filter(|_| set.entry.in_force(call.today())) else { return false };
    let since = last.or(set.entry.from).unwrap_or(call.today());
    call.today().since(since).is_ok_and(|span| i64::from(span.get_days()) > days)
}

fn asked(call: &Call<'_>) -> Result<DataSet, Error> {
    call.hall.data_set(call.part("set"))
}

pub fn one(call: &Call<'_>) -> Answer {
    page(call, None)
}

fn page(call: &Call<'_>, trouble: Option<&str>) -> Answer {
    let set = asked(call)?;
    let sight = call.hall.pool_sight(call.person(), &set);
    let matter = CellFilter { matters: vec![set.entry.id.clone()], ..CellFilter::default() };
    let total = call.hall.figure(TOTAL, ever(call), &matter)?;
    let (count, last) = call.hall.pool_freshness(&set)?;
    let batches = if sight > PoolSight::Catalogue { call.hall.pool_batches(&set, BATCHES)? } else { Vec::new() };
    let fresh = match last {
        Some(at) if late(call, &set, Some(at.date())) => {
            format!("最近一批在{}入池，按“{}”更新已经迟了。", words::day(at.date(), call.today()), read(call, &set, "refresh"))
        }
        Some(at) => format!("最近一批在{}入池。", words::day(at.date(), call.today())),
        None => "还没有数据入池。".to_owned(),
    };
    let lead =
        format!("{}提供，{}，入池{}条。{fresh}", call.hall.organ_title(&set.entry.organ), read(call, &set, "sharing"), total.number());
    let may_submit =
        call.person().is_some_and(|me| me.holds("data-officer") && me.organ == set.entry.organ) && set.entry.in_force(call.today());
    let body = html! {
        (head(call.say("数据资源池"), &set.entry.title, &lead))
        @if let Some(trouble) = trouble { div.errs role="alert" tabindex="-1" { h2 { "这一批没有收下" } p { (trouble) "。" } p.small { "什么都没有留下，改好文件再提交。" } } }
        @if sight == PoolSight::Catalogue { p.note { (closed(call, &set)) } }
        @if may_submit { (submit(call)) }
        @if sight > PoolSight::Catalogue {
            (section("batches", call.say("批次"), self::batches(call, &batches, count)))
            (section("time", call.say("各月入池"), months(call, &matter)?))
            (section("quality", call.say("质量"), quality(call, &set, &matter)?))
            (section("records", call.say("现行记录"), records(call, &set, sight)?))
        }
        (section("columns", call.say("数据项"), columns(call, &set)))
        (section("about", call.say("目录"), about(call, &set)))
        @if sight == PoolSight::Whole { (section("looks", call.say("谁看过"), looks(call, &set)?)) }
    };
    let status = if trouble.is_some() { axum::http::StatusCode::UNPROCESSABLE_ENTITY } else { axum::http::StatusCode::OK };
    Ok(Page::new(Audience::Officer, set.entry.title.clone(), body).here("数据池").under("/pool", call.say("数据池")).with(call, status))
}

/// Why the records are not shown, and what to do.
fn closed(call: &Call<'_>, set: &DataSet) -> Markup {
    let cite = engine::law::Cite("数据条例/15(2)".to_owned());
    html! {
        @match set.text("sharing") {
            "conditional" => { "这个数据集是有条件共享的，记录只对提供单位开放。共享范围和使用条件：" (set.text("conditions")) "。需要使用的，按条例第二十条向提供单位申请。" },
            _ => { "这个数据集不予共享。理由和依据：" (set.text("withheld-basis")) "。" },
        }
        " " (cited(call, Some(&cite)))
    }
}

fn submit(call: &Call<'_>) -> Markup {
    html! {
        (section("submit", call.say("提交一批"), html! {
            form class="text" method="post" action=(call.path) enctype="multipart/form-data" {
                (form::token(call))
                div.field { label for="i-file" { "数据文件" } span.hint id="i-file-h" { "XLSX或者CSV，第一行写数据项的名称，最大64MB。" }
                    input class="in" id="i-file" name="file" type="file" accept=".xlsx,.csv,text/csv" required aria-describedby="i-file-h"; }
                (form::line("period", "数据所属期间（可不填）", "例如：2026年一季度。", "text", call.given("period").unwrap_or_default()))
                (form::line("note", "说明（可不填）", "", "text", call.given("note").unwrap_or_default()))
                button.btn type="submit" { (call.say("提交并校核")) }
            }
        }))
    }
}

/// Takes the upload: a batch, or the page again with what is wrong.
pub fn take(call: &Call<'_>) -> Answer {
    let set = asked(call)?;
    let me = call.me()?.clone();
    let Some(upload) = call.files.iter().find(|file| file.field == "file" && !file.bytes.is_empty()) else {
        return page(call, Some("没有选文件"));
    };
    let given = Submitted {
        data_set: &set.entry.id,
        name: &upload.name,
        bytes: upload.bytes.clone(),
        period: call.given("period").unwrap_or_default(),
        note: call.given("note").unwrap_or_default(),
    };
    match call.hall.submit_batch(given, &me, call.now) {
        Ok(done) => Ok(Reply::Go(format!("/pool/batches/{}", done.case.id))),
        Err(Error::Invalid(why)) => page(call, Some(why.trim_end_matches('。'))),
        Err(error) => Err(error),
    }
}

fn batches(call: &Call<'_>, batches: &[BatchView], count: usize) -> Markup {
    html! {
        @if batches.is_empty() { p.empty { "还没有提交过。" } } @else {
            table class="t stack" { caption.vh { "批次" }
                thead { tr { th scope="col" { (call.say("批次编号")) } th scope="col" { "到哪一步" } th scope="col" { (call.say("校核")) } th scope="col" { "提交" } } }
                tbody { @for batch in batches { tr {
                    td.key { a href={ "/pool/batches/" (batch.id) } { (if batch.period.is_empty() { &batch.file } else { &batch.period }) } span.sub { (batch.code) } }
                    td.nw { (call.lang.name(&batch.stage, &batch.stage_title)) @if let Some(to) = batch.to { span.sub { (words::day(to.date(), call.today())) "撤回" } } }
                    td.full { @if batch.stage == "submitted" { span.dim { "还没有校核" } } @else { (counts(batch)) } }
                    td.nw { (words::day(batch.submitted.date(), call.today())) }
                } } }
            }
            @if count > batches.len() { p class="small dim" { "共" (count) "批入池，这里列出最近的。" } }
        }
    }
}

/// 读到86行：合格79，不合格6，重复1
fn counts(batch: &BatchView) -> String {
    let tally = batch.tally;
    format!(
        "读到{}行：合格{}，不合格{}，重复{}",
        thousands(tally.read),
        thousands(tally.accepted),
        thousands(tally.rejected),
        thousands(tally.repeated + tally.known)
    )
}

fn months(call: &Call<'_>, matter: &CellFilter) -> Result<Markup, Error> {
    let year = call.today().year();
    let period = Period { from: Date::new(year - 1, 1, 1).unwrap_or(call.today()), to: call.today() };
    let cells = call.hall.breakdown(TOTAL, period, &[By::Month], matter)?;
    let before = call.hall.figure(TOTAL, Period { from: ever(call).from, to: period.from.yesterday().unwrap_or(period.from) }, matter)?;
    let mut standing = before.value.unwrap_or_default() as i64;
    let mut rows = Vec::new();
    for cell in &cells {
        standing += cell.amount;
        let month = cell.period.unwrap_or_default();
        rows.push((format!("{}年{}月", month / 100, month % 100), cell.amount, standing));
    }
    Ok(html! {
        @if rows.is_empty() { p.empty { "今年和去年没有入池。" } } @else {
            @if rows.len() > 2 {
                (chart::months(&rows.iter().rev().take(12).rev().map(|(month, _, standing)| (month.split_once('年').map_or(month.clone(), |(_, month)| month.to_owned()), *standing)).collect::<Vec<_>>(), "各月末池中的入池记录"))
            }
            table class="t t-d" { caption.vh { "各月入池" }
                thead { tr { th scope="col" { "月" } th.n scope="col" { "增减（条）" } th.n scope="col" { "月末累计（条）" } } }
                tbody { @for (month, change, standing) in &rows { tr { th scope="row" { (month) } td.n { (thousands(*change)) } td.n { (thousands(*standing)) } } } }
            }
        }
    })
}

fn quality(call: &Call<'_>, set: &DataSet, matter: &CellFilter) -> Result<Markup, Error> {
    let year = call.today().year();
    let of = |key: &str| call.hall.figure(key, ever(call), matter);
    let link = |key: &str| format!("/figures/{key}?year={year}&matter={}", set.entry.id);
    let (read, rate) = (of("S172.rows_read")?, of("S172.acceptance_rate")?);
    let kinds = [
        ("S172.rows_accepted", "合格"),
        ("S172.rows_rejected", "不合格"),
        ("S172.rows_repeated", "文件内重复"),
        ("S172.rows_known", "池中已有"),
    ];
    let mut parts = Vec::new();
    for (key, title) in kinds {
        parts.push((key, title, of(key)?));
    }
    Ok(html! {
        @if let Some(quality) = Some(set.text("quality")).filter(|text| !text.is_empty()) { p { "要求：" (quality) } }
        p { "各批入池时共读到" (read.number()) "行，合格率" @if rate.value.is_some() { (rate.number()) "%" } @else { "还没有" } "。" }
        table class="t t-d" { caption.vh { "读到的行" }
            thead { tr { th scope="col" { (call.say("读到的行")) } th.n scope="col" { "行" } } }
            tbody { @for (key, title, shown) in &parts { tr { th scope="row" { a href=(link(key)) { (title) } } td.n { (shown.number()) } } } }
        }
    })
}

fn columns(call: &Call<'_>, set: &DataSet) -> Markup {
    html! {
        table class="t stack" { caption.vh { "数据项" }
            thead { tr { th scope="col" { "名称" } th scope="col" { "编号" } th scope="col" { "类型" } th scope="col" { "要求" } } }
            tbody { @for column in &set.columns { tr {
                td.key { (call.lang.name(&column.id, &column.title)) }
                td.nw { (column.id) }
                td { (call.lang.name(column.kind.id(), column.kind.title())) @if !column.unit.is_empty() { "，" (column.unit) } @if let engine::dataset::ColumnKind::Choice(choices) = &column.kind { span.sub { (choices.join("、")) } } }
                td { (marks(column)) }
            } } }
        }
    }
}

fn marks(column: &engine::dataset::Column) -> String {
    let marks = [(column.key, "主键"), (column.required && !column.key, "必填"), (column.personal, "个人信息"), (column.indexed, "可查")];
    marks.iter().filter(|(holds, _)| *holds).map(|(_, title)| *title).collect::<Vec<_>>().join("、")
}

fn about(call: &Call<'_>, set: &DataSet) -> Markup {
    let register = call.hall.law.registers.get(actions::pool::REGISTER);
    let fields = register.iter().flat_map(|register| &register.fields).filter(|field| field.id != "columns");
    html! {
        dl.dl { @for field in fields { @if let Some(value) = set.entry.fields.get(&field.id) {
            div { dt { (call.lang.name(&field.id, &field.title)) } dd { (call.hall.read_value(field, value)) } }
        } } }
        p class="small mt" { a href={ "/officer/registers/data-sets/" (set.entry.id) } { "目录的经过和变更" } @if set.is_open(call.today()) { "　" a href={ "/open-data/" (set.entry.id) } { "开放数据的页面" } } }
    }
}

fn records(call: &Call<'_>, set: &DataSet, sight: PoolSight) -> Result<Markup, Error> {
    let by = call.ask("by").zip(call.ask("q"));
    let after = call.ask("after").and_then(|text| {
        let (load, line) = text.split_once('-')?;
        Some((load.parse().ok()?, line.parse().ok()?))
    });
    let login = call.visitor.as_ref().map_or("", |visitor| visitor.login.as_str());
    let personal = call.ask("personal").is_some();
    let lookup = Lookup { by, after: after.unwrap_or_default(), limit: PAGE, personal };
    let found = call.hall.pool_records(call.me()?, login, set, lookup, call.now);
    let (rows, wrong) = match found {
        Ok(rows) => (rows, None),
        Err(Error::Invalid(why) | Error::Forbidden(why)) => (Vec::new(), Some(why)),
        Err(error) => return Err(error),
    };
    let next = (by.is_none() && rows.len() == PAGE)
        .then(|| rows.last().map(|row| call.with("after", &format!("{}-{}", row.load, row.line))))
        .flatten();
    let looks: Vec<_> = set.lookups().filter(|column| sight == PoolSight::Whole || !column.personal).collect();
    Ok(html! {
        @if sight == PoolSight::Masked && set.has_personal() { p class="note small" { "个人信息已经遮住。提供单位的数据归集、审核人员才看得到全部，每次查看都有记录。" } }
        @if sight == PoolSight::Whole && set.has_personal() { p class="note small" { "个人信息"
            @if personal { "显示在下面，" } @else { "先遮住，" a href={ (call.with("personal", "yes")) "#records" } { "显示个人信息" } "。" }
            "每次查看和导出都记下来，谁看过写在本页下面。" } }
        @if !looks.is_empty() {
            form class="find" role="search" action={ (call.path) "#records" } {
                div.field { label for="by" { "按" } select class="in w-s" id="by" name="by" { @for column in &looks { option value=(column.id) selected[call.ask("by") == Some(&column.id)] { (column.title) } } } }
                div.field { label for="q" { "等于" } input.in id="q" name="q" type="search" autocomplete="off" value=(call.ask("q").unwrap_or_default()); }
                @if personal { input type="hidden" name="personal" value="yes"; }
                button.btn type="submit" { (call.say("搜索")) }
            }
        }
        @if let Some(wrong) = wrong { p.warn role="alert" { (wrong) "。" } }
        @else if rows.is_empty() { p.empty { @if by.is_some() { "没有这样的记录。" } @else { "没有现行的记录。" } } }
        @else { (table(call, set, &rows)) }
        p class="small mt" {
            @if let Some(next) = next { a href={ (next) "#records" } { (call.say("下一页")) } "　" }
            @if by.is_some() || after.is_some() { a href={ (call.path) "#records" } { "从头看" } "　" }
            @for form in Form::ALL { a href={ "/pool/" (set.entry.id) "/records." (form.ending()) } { (call.say("导出")) (form.ending().to_uppercase()) } "　" }
        }
    })
}

fn table(call: &Call<'_>, set: &DataSet, rows: &[RecordView]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="现行记录的表" {
            table.t { caption.vh { "现行记录" }
                thead { tr { @for column in &set.columns { th scope="col" { (call.lang.name(&column.id, &column.title)) } } th scope="col" { "来自" } } }
                tbody { @for row in rows { tr {
                    @for value in &row.values { td { (value) } }
                    td.nw { a href={ "/pool/batches/" (row.batch) } { "第" (row.line) "行" } }
                } } }
            }
        }
    }
}

fn looks(call: &Call<'_>, set: &DataSet) -> Result<Markup, Error> {
    let looks = call.hall.pool_looks(set, 20)?;
    Ok(html! {
        @if looks.is_empty() { p.empty { "还没有人看过个人信息，也没有导出。" } } @else {
            table class="t t-d" { caption.vh { "谁看过" }
                thead { tr { th scope="col" { "时间" } th scope="col" { "账号" } th scope="col" { "看了什么" } } }
                tbody { @for (at, login, what) in &looks { tr { td.nw { (words::moment(*at, call.today())) } td { (login) } td { (what) } } } }
            }
        }
    })
}

/// The records as a file.
pub fn export(call: &Call<'_>) -> Answer {
    let set = asked(call)?;
    let form = call.part("file").strip_prefix("records.").and_then(Form::of).ok_or(Error::NotFound)?;
    let login = call.visitor.as_ref().map_or("", |visitor| visitor.login.as_str());
    let bytes = call.hall.export_pool(call.me()?, login, &set, form, call.now)?;
    Ok(Reply::File { kind: form.mime(), name: format!("{}.{}", set.entry.id, form.ending()), bytes })
}

/// A batch: what was counted, what was not taken in, and where it stands.
pub fn batch(call: &Call<'_>) -> Answer {
    let (id, set) = batch_of(call)?;
    let view = call.hall.pool_batch(id)?;
    let whole = call.hall.pool_sight(call.person(), &set) == PoolSight::Whole;
    let tally = view.tally;
    let title = match view.stage.as_str() {
        "submitted" => "已提交，还没有校核".to_owned(),
        "checked" => format!("读到{}行，{}行合格，等另一人审核", thousands(tally.read), thousands(tally.accepted)),
        "pooled" => format!("{}条已入池", thousands(tally.accepted)),
        _ => view.stage_title.clone(),
    };
    let listed = if whole { call.hall.rejects(&*call.hall.case(id)?, SHOWN)? } else { Vec::new() };
    let holds = tally.adds_up();
    let kinds = [
        ("合格：新增", tally.new),
        ("合格：更新已有记录", tally.updated),
        ("不合格", tally.rejected),
        ("文件内重复", tally.repeated),
        ("池中已有，内容相同", tally.known),
    ];
    let body = html! {
        (head(&format!("{}　批次{}", set.entry.title, view.code), &title, ""))
        div.cols {
            div {
                (section("counts", call.say("校核"), html! {
                    table class="t t-d" { caption.vh { "校核" }
                        thead { tr { th scope="col" { (call.say("读到的行")) } th.n scope="col" { "行" } } }
                        tbody { @for (title, count) in kinds { tr { th scope="row" { (title) } td.n { (thousands(count)) } } } tr { th scope="row" { (call.say("合计")) } td.n { (thousands(tally.read)) } } }
                    }
                    @if view.stage != "submitted" { p class="small mt" { (figure::check(holds, if holds { "各类相加等于读到的行" } else { "各类相加不等于读到的行" })) } }
                }))
                @if whole { (section("rejects", call.say("没有收进的"), html! {
                    @if listed.is_empty() { p.empty { "没有不合格的行，也没有重复的行。" } } @else {
                        table class="t stack" { caption.vh { "没有收进的" }
                            thead { tr { th scope="col" { "单元格" } th scope="col" { "数据项" } th scope="col" { "内容" } th scope="col" { "处理" } th scope="col" { "原因" } } }
                            tbody { @for line in &listed { tr { td.nw { (cell(line, 1)) } td { (cell(line, 2)) } td.full { (cell(line, 3)) } td.nw { (cell(line, 4)) } td.full { (cell(line, 5)) } } } }
                        }
                        p class="small mt" { @if listed.len() == SHOWN { "这里列出前" (SHOWN) "处。" } a href={ (call.path) "/rejects.csv" } { "下载全部清单（CSV）" } }
                    }
                })) }
            }
            div.aside.a2 { section.sec aria-labelledby="what" { h2 #what { (call.say("这一批")) }
                (pairs(&[
                    ("数据集", html! { a href={ "/pool/" (set.entry.id) } { (set.entry.title) } }),
                    ("文件", html! { (view.file) }),
                    ("所属期间", html! { (if view.period.is_empty() { "没有写" } else { &view.period }) }),
                    ("提交", html! { (words::moment(view.submitted, call.today())) }),
                    ("到哪一步", html! { (call.lang.name(&view.stage, &view.stage_title)) }),
                ]))
                p.mt2 { a.btn href={ "/officer/cases/" (id) } { @if view.stage == "checked" { "审核、重新校核或者退回" } @else { "看经过，办下一步" } } }
            } }
        }
    };
    Ok(Page::new(Audience::Officer, title, body)
        .here("数据池")
        .under("/pool", call.say("数据池"))
        .under(format!("/pool/{}", set.entry.id), set.entry.title.clone())
        .ok(call))
}

/// Lines of the list of rejects that a page shows.
const SHOWN: usize = 100;

/// The case of a batch and its data set, for whoever may see the case.
fn batch_of(call: &Call<'_>) -> Result<(i64, DataSet), Error> {
    let id = call.part("id").parse().map_err(|_| Error::NotFound)?;
    let seen = call.hall.glance(call.person(), id, call.now)?;
    if seen.procedure != actions::pool::PROCEDURE {
        return Err(Error::NotFound);
    }
    let set = call.hall.case(id)?.text("data-set").map(str::to_owned).ok_or(Error::NotFound)?;
    Ok((id, call.hall.data_set(&set)?))
}

pub fn rejects(call: &Call<'_>) -> Answer {
    let (id, set) = batch_of(call)?;
    if call.hall.pool_sight(call.person(), &set) < PoolSight::Whole {
        return Err(Error::NotFound);
    }
    let bytes = call.hall.reject_list(&*call.hall.case(id)?)?.ok_or(Error::NotFound)?;
    Ok(Reply::File { kind: "text/csv; charset=utf-8", name: format!("rejects-{id}.csv"), bytes })
}

fn cell(line: &[String], place: usize) -> &str {
    line.get(place).map_or("", String::as_str)
}
