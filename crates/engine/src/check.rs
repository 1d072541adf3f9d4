//! `law check`: everything that must hold of the law folder before anyone is served by it. Every check has a name; all run, all are reported.

mod clock;
mod figures;
mod force;
mod indicator;
mod screen;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::calendar::Day;
use crate::case::{APPLICANT, CLOCK, HANDLER, LAPSE};
use crate::decide::nearest;
use crate::guard::{Guard, Limit, Need};
use crate::law::{Cite, FieldKind, Flag, Law, Procedure, Step, Version};
use crate::read::{Finding, Folder, line_with};

/// What the checks are called and what they hold.
pub const CHECKS: [(&str, &str); 29] = [
    ("parse", "every file is TOML (or a paper) with known keys only"),
    ("place", "every file lies where some rule reads it"),
    ("file-name-is-id", "a file or folder is named by its id"),
    ("cites-resolve", "every citation names an article that an instrument holds, at a version in force together with the rule"),
    ("force-holds", "a model text refuses only in cases opened under a document of adoption; a house rule only the government's own"),
    ("read-law-refuses", "only an article read in its text [V] stands behind a refusal"),
    ("versions-apart", "versions of a procedure or an instrument do not overlap"),
    ("names-resolve", "every stage, step, field, clock, paper, post, register and parameter that is named exists"),
    ("names-once", "no id is used twice in one list"),
    ("stages-reachable", "every stage can be reached from an opening step"),
    ("stages-end", "every stage can reach an end"),
    ("steps-have-actor", "every step has somebody who may take it"),
    ("steps-have-example", "every step is taken in some worked example"),
    ("examples-hold", "every worked example comes out as written"),
    ("clocks-count", "every clock has a count, a parameter or a last day, and something that starts it"),
    ("branches-complete", "a branch names a stage for every choice of its field"),
    ("children-open", "a step that opens cases elsewhere names a step that opens one and passes on what it asks for"),
    ("reports-freeze", "a step that freezes a report has fields for the report, its checkpoint and every part of it"),
    ("papers-fill", "every place in a paper is a field of its case or a built-in"),
    ("figures-resolve", "every figure counts steps, acts and fields that exist, and its parts are figures"),
    (
        "reports-resolve",
        "every report holds its sections once, shows figures that add up where it adds them, and leaves units to the figures",
    ),
    ("screen-holds", "the leader's screen can tell its figures apart as it says, and its alerts look the way each figure is good"),
    ("weights-sum", "the leaves of every branch of indicators weigh what the branch weighs, and all of them together 100"),
    ("rules-score", "every rule of an indicator names a figure it can be computed from, and gives no more than the indicator weighs"),
    ("figures-units", "every figure has a unit of the list, and unlike units are never added, divided or taken for parts"),
    ("catalogue-true", "every figure belongs to a system of the catalogue, and only a metric that is not declared has a reason"),
    ("figures-dated", "definitions of a figure follow one another without overlap"),
    ("parameters-sourced", "every parameter says its source and the day from which it holds"),
    ("calendar-sane", "make-up days are weekend days, days off lie in the right order, no year is there twice"),
];

/// Runs every check. The folder's own reading faults come first.
pub fn check(folder: &Folder) -> Vec<Finding> {
    let mut report = Report { folder, findings: folder.findings.clone() };
    calendars(&mut report);
    instruments(&mut report);
    parameters(&mut report);
    for procedure in folder.law.procedures.values() {
        procedure_checks(&mut report, procedure);
    }
    for register in folder.law.registers.values() {
        let file = file_of(folder, &format!("registers/{}.toml", register.id));
        report.cite(&file, &register.basis, register.in_force, None, false);
        for act in &register.acts {
            if let Some(cite) = &act.cite {
                report.cite(&file, cite, register.in_force, None, true);
            }
            for post in &act.by {
                report.known(&file, "post", post, folder.law.posts.keys());
            }
            for ask in &act.asks {
                report.known(&file, "field", &ask.field, register.fields.iter().map(|field| &field.id));
            }
        }
    }
    figures::figures(&mut report);
    reports(&mut report);
    screen::screen(&mut report);
    indicator::standards(&mut report);
    examples(&mut report);
    let mut findings = report.findings;
    findings.sort();
    findings.dedup();
    findings
}

struct Report<'f> {
    folder: &'f Folder,
    findings: Vec<Finding>,
}

impl Report<'_> {
    fn say(&mut self, file: &str, needle: &str, check: &'static str, message: String) {
        let line = self.folder.texts.get(file).map_or(0, |text| line_with(text, needle));
        self.findings.push(Finding { file: file.to_owned(), line, check, message });
    }

    fn known<'n>(&mut self, file: &str, what: &str, name: &str, known: impl Iterator<Item = &'n String>) {
        let known: Vec<&str> = known.map(String::as_str).collect();
        if !known.contains(&name) {
            let near = nearest(name, known.iter().copied()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            self.say(file, name, "names-resolve", format!("there is no {what} `{name}`{near}"));
        }
    }

    fn cite(&mut self, file: &str, cite: &Cite, from: Date, until: Option<Date>, refuses: bool) {
        let Some(instrument) = self.folder.law.instruments.get(cite.instrument()) else {
            let near = nearest(cite.instrument(), self.folder.law.instruments.keys().map(String::as_str))
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return self.say(
                file,
                &cite.0,
                "cites-resolve",
                format!("`{}` cites an instrument that is not in law/instruments{near}", cite.0),
            );
        };
        let place = cite.0.split_once('/').map_or("", |(_, place)| place);
        let mut together = instrument
            .versions
            .iter()
            .filter(|version| until.is_none_or(|until| version.in_force < until) && version.until.is_none_or(|end| from < end))
            .peekable();
        if together.peek().is_none() {
            return self.say(
                file,
                &cite.0,
                "cites-resolve",
                format!("no version of {} is in force together with this rule", instrument.title),
            );
        }
        let article = together.find_map(|version| {
            version.articles.iter().find(|a| a.no == place).or_else(|| version.articles.iter().find(|a| a.no == cite.article()))
        });
        match article {
            None => self.say(file, &cite.0, "cites-resolve", format!("{} has no article `{place}` in law/instruments", instrument.title)),
            Some(article) if refuses && article.flag != Flag::V => {
                self.say(
                    file,
                    &cite.0,
                    "read-law-refuses",
                    format!("`{}` is flagged {:?}: it cannot refuse anybody; make the number a parameter", cite.0, article.flag),
                );
            }
            Some(_) => {}
        }
    }
}

fn file_of(folder: &Folder, tail: &str) -> String {
    folder.texts.keys().find(|path| path.ends_with(tail)).cloned().unwrap_or_else(|| tail.to_owned())
}

fn calendars(report: &mut Report<'_>) {
    let mut seen = BTreeSet::new();
    let paths: Vec<String> = report.folder.texts.keys().filter(|path| path.starts_with("calendars/")).cloned().collect();
    for path in &paths {
        let year = path.trim_start_matches("calendars/").trim_end_matches(".toml").to_owned();
        if !seen.insert(year.clone()) {
            report.say(path, &year, "calendar-sane", format!("the year {year} is there twice"));
        }
    }
    let folder = report.folder;
    for notice in folder.law.calendar.notices() {
        let file = format!("calendars/{}.toml", notice.year);
        for off in notice.off.iter().filter(|off| off.to < off.from) {
            report.say(&file, &off.name, "calendar-sane", format!("{} ends before it begins", off.name));
        }
        for work in &notice.work {
            let weekday = work.date.weekday();
            let weekend = matches!(weekday, jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday);
            let named = notice.off.iter().any(|off| off.from <= work.date && work.date <= off.to);
            if !weekend && !named && matches!(folder.law.calendar.day(work.date), Day::MakeUp(_)) && notice.year != 2020 {
                report.say(
                    &file,
                    &work.date.to_string(),
                    "calendar-sane",
                    format!("{} is no weekend day: it needs no making up", work.date),
                );
            }
        }
    }
}

fn instruments(report: &mut Report<'_>) {
    let folder = report.folder;
    for instrument in folder.law.instruments.values() {
        let file = format!("instruments/{}.toml", instrument.id);
        apart(report, &file, instrument.versions.iter().map(|version| (version.in_force, version.until)));
        for version in &instrument.versions {
            once(report, &file, "article", version.articles.iter().map(|article| article.no.as_str()));
        }
    }
}

fn apart(report: &mut Report<'_>, file: &str, versions: impl Iterator<Item = (Date, Option<Date>)>) {
    let mut versions: Vec<(Date, Option<Date>)> = versions.collect();
    versions.sort();
    for pair in versions.windows(2) {
        if let [(_, until), (next, _)] = pair
            && until.is_none_or(|until| until > *next)
        {
            report.say(
                file,
                &next.to_string(),
                "versions-apart",
                format!("the version before {next} is still in force on that day: give it `until = {next}`"),
            );
        }
    }
}

fn once<'n>(report: &mut Report<'_>, file: &str, what: &str, names: impl Iterator<Item = &'n str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            report.say(file, name, "names-once", format!("{what} `{name}` is there twice"));
        }
    }
}

fn parameters(report: &mut Report<'_>) {
    let folder = report.folder;
    for parameter in &folder.law.parameters {
        let file = folder
            .texts
            .iter()
            .find(|(path, text)| path.starts_with("parameters/") && text.contains(&parameter.id))
            .map_or("parameters", |(path, _)| path.as_str())
            .to_owned();
        if parameter.source.trim().is_empty() {
            report.say(
                &file,
                &parameter.id,
                "parameters-sourced",
                format!("parameter {} does not say where its value comes from", parameter.id),
            );
        }
        if let Some(cite) = &parameter.cite {
            report.cite(&file, cite, parameter.in_force, parameter.until, false);
        }
    }
}

fn procedure_checks(report: &mut Report<'_>, procedure: &Procedure) {
    let file = format!("{}/procedure.toml", procedure.folder);
    apart(report, &file, procedure.versions.iter().map(|version| (version.in_force, version.until)));
    for version in &procedure.versions {
        // A second case is refused by the basis.
        report.cite(&file, &procedure.basis, version.in_force, version.until, version.once.is_some());
        force::refusing(report, procedure, version, &file);
        version_names(report, procedure, version, &file);
        step::further(report, version, &file);
        stages(report, version, &file);
        papers(report, procedure, version);
    }
}

fn version_names(report: &mut Report<'_>, procedure: &Procedure, version: &Version, file: &str) {
    let law: &Law = &report.folder.law;
    once(report, file, "field", version.fields.iter().map(|field| field.id.as_str()));
    once(report, file, "stage", version.stages.iter().map(|stage| stage.id.as_str()));
    once(report, file, "step", version.steps.iter().map(|step| step.id.as_str()));
    once(report, file, "clock", version.clocks.iter().map(|clock| clock.id.as_str()));
    let fields = || version.fields.iter().map(|field| &field.id);
    let stage_names = || version.stages.iter().map(|stage| &stage.id);
    let star = "*".to_owned();
    for id in version.matter.iter().chain(&version.place) {
        report.known(file, "field", id, fields());
    }
    if let Some(once) = &version.once {
        if version.matter.is_none() {
            report.say(file, "once", "names-resolve", "`once` says one case of a matter: name the field with `matter`".to_owned());
        }
        for stage in &once.unless {
            report.known(file, "stage", stage, stage_names());
        }
    }
    for field in &version.fields {
        match (&field.register, field.kind) {
            (Some(register), _) => report.known(file, "register", register, law.registers.keys()),
            (None, FieldKind::Entry) => {
                report.say(file, &field.id, "names-resolve", format!("field `{}` is an entry of no register: add `register`", field.id))
            }
            _ => {}
        }
    }
    for step in &version.steps {
        for stage in step.from.iter() {
            report.known(file, "stage", stage, stage_names().chain(std::iter::once(&star)));
        }
        for stage in step.to.iter().chain(step.branch.iter().flat_map(|branch| branch.to.values())) {
            report.known(file, "stage", stage, stage_names());
        }
        if let Some(branch) = &step.branch {
            report.known(file, "field", &branch.field, fields());
            if let Some(field) = version.field(&branch.field) {
                let missing: Vec<&str> =
                    field.choices.iter().map(|choice| choice.id.as_str()).filter(|choice| !branch.to.contains_key(*choice)).collect();
                if !missing.is_empty() {
                    report.say(file, &step.id, "branches-complete", format!("step `{}` says no stage for {}", step.id, missing.join(", ")));
                }
            }
        }
        if step.by.is_empty() {
            report.say(file, &step.id, "steps-have-actor", format!("nobody may take step `{}`", step.id));
        }
        for post in step.by.iter().filter(|post| ![CLOCK, HANDLER, APPLICANT].contains(&post.as_str())) {
            report.known(file, "post", post, law.posts.keys());
        }
        for field in step.asks.iter().map(|ask| &ask.field).chain(step.sets.keys()).chain(&step.moves_to).chain(&step.keeps) {
            report.known(file, "field", field, fields());
        }
        indicator::kept(report, version, step, file);
        for paper in &step.paper {
            report.known(file, "paper", paper, procedure.papers.keys());
        }
        for kind in &step.kind {
            report.known(file, "kind of step in law/general", kind, law.rules.iter().map(|rule| &rule.kind));
        }
        if let Some(cite) = &step.cite {
            report.cite(file, cite, version.in_force, version.until, false);
        }
        for need in &step.needs {
            need_names(report, version, need, file);
        }
        if step.id == LAPSE {
            report.say(file, &step.id, "names-resolve", format!("`{LAPSE}` is the ledger's own word"));
        }
    }
    clock::names(report, version, file);
}

fn need_names(report: &mut Report<'_>, version: &Version, need: &Need, file: &str) {
    let law: &Law = &report.folder.law;
    let (mut fields, mut steps, mut clocks) = (Vec::<&str>::new(), Vec::<&str>::new(), Vec::<&str>::new());
    let (mut parameters, mut registers) = (Vec::<&str>::new(), Vec::<&str>::new());
    match &need.guard {
        Guard::OfficersAtLeast { .. } | Guard::Certified | Guard::LegalQualified => {}
        Guard::NoConflict { field }
        | Guard::FieldPresent { field }
        | Guard::Established { field }
        | Guard::DaysAhead { field, .. }
        | Guard::DatePassed { field }
        | Guard::FigureStated { field } => fields.push(field),
        Guard::WithinYears { field, until, .. } => fields.extend(std::iter::once(field.as_str()).chain(until.as_deref())),
        Guard::FieldIs { field, is } | Guard::FieldIsNot { field, is } => {
            fields.push(field);
            if let Some(declared) = version.field(field).filter(|declared| !declared.choices.is_empty()) {
                for value in is {
                    report.known(file, &format!("choice of `{field}`"), value, declared.choices.iter().map(|choice| &choice.id));
                }
            }
        }
        Guard::NotSamePerson { step } | Guard::NotDone { step } => steps.push(step),
        Guard::Done { step, after } => steps.extend(std::iter::once(step.as_str()).chain(after.as_deref())),
        Guard::PeriodOver { clock, unless } => {
            clocks.push(clock);
            steps.extend(unless.iter().map(String::as_str));
        }
        Guard::PeriodRuns { clock } => clocks.push(clock),
        Guard::AnsweredIf { step, unless } => steps.extend(std::iter::once(step.as_str()).chain(unless.iter().map(String::as_str))),
        Guard::AmountAtMost { field, limit } => {
            fields.push(field);
            parameters.extend(limit_parameter(limit));
        }
        Guard::DoneIfAmountOver { field, limit, step } => {
            fields.push(field);
            steps.push(step);
            parameters.extend(limit_parameter(limit));
        }
        Guard::NotHeavier { field, than, step } => {
            fields.extend([field.as_str(), than.as_str()]);
            steps.push(step);
        }
        Guard::WithinBenchmark { field, low, high, unless } => {
            fields.extend([field.as_str(), low.as_str(), high.as_str()]);
            steps.extend(unless.iter().map(String::as_str));
        }
        Guard::EntryInForce { register, field } => {
            fields.push(field);
            registers.push(register);
        }
        Guard::NotOwnOrgan => {}
        Guard::IndicatorIn { field, tree } => fields.extend([field.as_str(), tree.as_str()]),
    }
    if let Some(when) = &need.when {
        fields.extend(when.field.as_deref());
        steps.extend(when.done.as_deref());
    }
    for field in fields {
        let root = field.split('.').next().unwrap_or(field);
        report.known(file, "field", root, version.fields.iter().map(|field| &field.id));
    }
    for step in steps {
        report.known(file, "step", step, version.steps.iter().map(|step| &step.id));
    }
    for clock in clocks {
        report.known(file, "clock", clock, version.clocks.iter().map(|clock| &clock.id));
    }
    let known: Vec<String> = law.parameters.iter().map(|parameter| parameter.id.clone()).collect();
    let local = !parameters.is_empty();
    for parameter in parameters {
        report.known(file, "parameter", parameter, known.iter());
    }
    for register in registers {
        report.known(file, "register", register, law.registers.keys());
    }
    // A guard over a clock whose count is local rests on the parameter, which the refusal names.
    let local_clock = match &need.guard {
        Guard::PeriodOver { clock, .. } | Guard::PeriodRuns { clock } => {
            version.clocks.iter().any(|c| &c.id == clock && c.parameter.is_some())
        }
        _ => false,
    };
    report.cite(file, &need.cite, version.in_force, version.until, !local && !local_clock);
}

fn limit_parameter(limit: &Limit) -> Option<&str> {
    match limit {
        Limit::Amount(_) => None,
        Limit::Parameter(id) => Some(id),
    }
}

fn targets(step: &Step) -> impl Iterator<Item = &String> {
    step.to.iter().chain(step.branch.iter().flat_map(|branch| branch.to.values()))
}

fn stages(report: &mut Report<'_>, version: &Version, file: &str) {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    for step in &version.steps {
        for to in targets(step) {
            if step.from.is_empty() {
                reached.insert(to);
            }
            for from in &step.from {
                let froms: Vec<&str> =
                    if from == "*" { version.stages.iter().map(|stage| stage.id.as_str()).collect() } else { vec![from] };
                for from in froms {
                    edges.entry(from).or_default().insert(to);
                }
            }
        }
    }
    let mut queue: Vec<&str> = reached.iter().copied().collect();
    while let Some(stage) = queue.pop() {
        for next in edges.get(stage).into_iter().flatten() {
            if reached.insert(next) {
                queue.push(next);
            }
        }
    }
    let mut ending: BTreeSet<&str> = version.stages.iter().filter(|stage| stage.end).map(|stage| stage.id.as_str()).collect();
    loop {
        let more: Vec<&str> = edges
            .iter()
            .filter(|(from, to)| !ending.contains(*from) && to.iter().any(|to| ending.contains(to)))
            .map(|(from, _)| *from)
            .collect();
        if more.is_empty() {
            break;
        }
        ending.extend(more);
    }
    for stage in &version.stages {
        if !reached.contains(stage.id.as_str()) {
            report.say(file, &stage.id, "stages-reachable", format!("no step leads to stage `{}`", stage.id));
        }
        if !ending.contains(stage.id.as_str()) {
            report.say(file, &stage.id, "stages-end", format!("from stage `{}` no end can be reached", stage.id));
        }
    }
}

fn papers(report: &mut Report<'_>, procedure: &Procedure, version: &Version) {
    for (id, form) in &procedure.papers {
        let file = format!("{}/papers/{id}.md", procedure.folder);
        if let Some(cite) = &form.cite {
            report.cite(&file, cite, version.in_force, version.until, false);
        }
        for place in places(&form.body).chain(form.to.iter().flat_map(|to| places(to))) {
            let root = place.split('.').next().unwrap_or(place);
            let built_in =
                matches!(root, "table" | "case" | "organ" | "date" | "actors" | "due" | "number" | "parameter" | "division" | "handlers");
            if !built_in && version.field(root).is_none() {
                report.known(&file, "field", root, version.fields.iter().map(|field| &field.id));
            }
        }
    }
}

/// The `{place}`s of a template.
pub fn places(body: &str) -> impl Iterator<Item = &str> {
    body.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(place, _)| place))
}

fn reports(report: &mut Report<'_>) {
    let folder = report.folder;
    for (id, template) in &folder.law.reports {
        report.cite(&format!("reports/{id}/report.toml"), &template.basis, template.in_force, None, false);
        for (file, needle, check, message) in crate::report::template::faults(template, &folder.law.figures) {
            report.say(&format!("reports/{id}/{file}"), &needle, check, message);
        }
    }
}

fn examples(report: &mut Report<'_>) {
    let folder = report.folder;
    let mut taken: BTreeSet<(String, String)> = BTreeSet::new();
    for example in &folder.examples {
        let outcome = example.run(&folder.law);
        taken.extend(outcome.taken.iter().map(|step| (example.procedure.clone(), step.clone())));
        for (line, message) in outcome.faults {
            report.findings.push(Finding { file: example.path.clone(), line, check: "examples-hold", message });
        }
    }
    for procedure in folder.law.procedures.values() {
        let file = format!("{}/procedure.toml", procedure.folder);
        for step in procedure.versions.iter().flat_map(|version| &version.steps) {
            if !taken.contains(&(procedure.id.clone(), step.id.clone())) {
                report.say(&file, &format!("\"{}\"", step.id), "steps-have-example", format!("no worked example takes step `{}`", step.id));
            }
        }
    }
}
