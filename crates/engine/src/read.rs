//! Reads the law folder: texts in, values out, with every fault named by file and line. Nothing here touches a disk.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::calendar::{Calendar, YearNotice};
use crate::catalogue::System;
use crate::decide::nearest;
use crate::example::Example;
use crate::figure::Figure;
use crate::indicator::Standard;
use crate::law::{Clock, General, Instrument, Lapse, Law, PaperForm, Parameter, Post, Procedure, Register, Term, Version};
use crate::report::template::{self, Chapter, Template};
use crate::screen::Screen;

/// One file of the folder: its path from the folder's root, with `/`, and its text.
#[derive(Debug, Clone)]
pub struct Text {
    pub path: String,
    pub text: String,
}

/// Something wrong in the folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Finding {
    pub file: String,
    /// From 1; 0 when the whole file is meant.
    pub line: usize,
    /// The name of the check.
    pub check: &'static str,
    pub message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}: {} [{}]", self.file, self.line, self.message, self.check)
    }
}

/// The folder as read: the law, its worked examples, and the texts for messages.
#[derive(Debug, Default)]
pub struct Folder {
    pub law: Law,
    pub examples: Vec<Example>,
    pub texts: BTreeMap<String, String>,
    pub findings: Vec<Finding>,
}

pub(crate) fn line_with(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).map_or(0, |index| index + 1)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Posts {
    post: Vec<Post>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rule: Vec<General>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    parameter: Vec<Parameter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Figures {
    figure: Vec<Figure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    system: Vec<System>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    term: Vec<Term>,
}

/// Reads every file; what cannot be read is a finding and is left out.
pub fn read(files: Vec<Text>) -> Folder {
    let mut folder = Folder::default();
    let mut years = Vec::new();
    let mut papers: Vec<(String, String, PaperForm)> = Vec::new();
    let mut chapters: Vec<(String, Chapter)> = Vec::new();
    for Text { path, text } in files {
        let parts: Vec<&str> = path.split('/').collect();
        let stem = parts.last().and_then(|name| name.rsplit_once('.')).map_or("", |(stem, _)| stem).to_owned();
        match parts.as_slice() {
            ["calendars", _] => years.extend(parse::<YearNotice>(&mut folder.findings, &path, &text)),
            ["instruments", file] if file.ends_with(".toml") => {
                if let Some(instrument) = parse::<Instrument>(&mut folder.findings, &path, &text) {
                    named(&mut folder.findings, &path, &text, &stem, &instrument.id);
                    folder.law.instruments.insert(instrument.id.clone(), instrument);
                }
            }
            ["parameters", file] if file.ends_with(".toml") => {
                folder
                    .law
                    .parameters
                    .extend(parse::<Parameters>(&mut folder.findings, &path, &text).into_iter().flat_map(|file| file.parameter));
            }
            ["parameters", "local", division, file] if file.ends_with(".toml") => {
                let own = parse::<Parameters>(&mut folder.findings, &path, &text).into_iter().flat_map(|file| file.parameter);
                folder
                    .law
                    .parameters
                    .extend(own.map(|parameter| Parameter { division: Some((*division).to_owned()), ..parameter }).collect::<Vec<_>>());
            }
            ["competence.toml"] => {
                folder.law.posts.extend(
                    parse::<Posts>(&mut folder.findings, &path, &text)
                        .into_iter()
                        .flat_map(|file| file.post)
                        .map(|post| (post.id.clone(), post)),
                );
            }
            ["general", file] if file.ends_with(".toml") => {
                folder.law.rules.extend(parse::<Rules>(&mut folder.findings, &path, &text).into_iter().flat_map(|file| file.rule));
            }
            ["glossary.toml"] => {
                folder.law.terms.extend(parse::<Terms>(&mut folder.findings, &path, &text).into_iter().flat_map(|file| file.term));
            }
            ["catalogue.toml"] => {
                folder
                    .law
                    .catalogue
                    .extend(parse::<Catalogue>(&mut folder.findings, &path, &text).into_iter().flat_map(|file| file.system));
            }
            [_, "procedures", id, "procedure.toml"] => {
                if let Some(mut procedure) = parse::<Procedure>(&mut folder.findings, &path, &text) {
                    named(&mut folder.findings, &path, &text, id, &procedure.id);
                    procedure.folder = path.trim_end_matches("/procedure.toml").to_owned();
                    folder.law.procedures.insert(procedure.id.clone(), procedure);
                }
            }
            [_, "procedures", id, "papers", file] if file.ends_with(".md") => match paper(&text) {
                Ok(form) => papers.push(((*id).to_owned(), stem.clone(), form)),
                Err(message) => folder.findings.push(Finding { file: path.clone(), line: 1, check: "parse", message }),
            },
            [_, "procedures", _, "examples", file] if file.ends_with(".toml") => match Example::parse(&path, &text) {
                Ok(example) => folder.examples.push(example),
                Err(finding) => folder.findings.push(finding),
            },
            [_, "registers", file] if file.ends_with(".toml") => {
                if let Some(register) = parse::<Register>(&mut folder.findings, &path, &text) {
                    named(&mut folder.findings, &path, &text, &stem, &register.id);
                    folder.law.registers.insert(register.id.clone(), register);
                }
            }
            [_, "indicators", file] if file.ends_with(".toml") => {
                if let Some(mut standard) = parse::<Standard>(&mut folder.findings, &path, &text) {
                    named(&mut folder.findings, &path, &text, &stem, &standard.id);
                    standard.file.clone_from(&path);
                    folder.law.standards.insert(standard.id.clone(), standard);
                }
            }
            [_, "figures.toml"] => {
                folder.law.figures.extend(parse::<Figures>(&mut folder.findings, &path, &text).into_iter().flat_map(|file| file.figure));
            }
            [_, "screen.toml"] => {
                if let Some(screen) = parse::<Screen>(&mut folder.findings, &path, &text)
                    && folder.law.screen.replace(screen).is_some()
                {
                    folder.findings.push(Finding {
                        file: path.clone(),
                        line: 0,
                        check: "names-once",
                        message: "there is one screen in the folder".to_owned(),
                    });
                }
            }
            ["reports", report, "report.toml"] => {
                if let Some(template) = parse::<Template>(&mut folder.findings, &path, &text) {
                    named(&mut folder.findings, &path, &text, report, &template.id);
                    folder.law.reports.insert((*report).to_owned(), template);
                }
            }
            ["reports", report, file] if file.ends_with(".md") && *file != "README.md" => match template::chapter(&stem, &text) {
                Ok(chapter) => chapters.push(((*report).to_owned(), chapter)),
                Err(message) => folder.findings.push(Finding { file: path.clone(), line: 1, check: "parse", message }),
            },
            _ if path.ends_with(".md") => {}
            _ => folder.findings.push(Finding {
                file: path.clone(),
                line: 0,
                check: "place",
                message: "no rule of the folder reads a file here; see law/SCHEMA.md".to_owned(),
            }),
        }
        folder.texts.insert(path, text);
    }
    folder.law.calendar = Calendar::new(years);
    crate::figure::put_in_order(&mut folder.law.figures);
    for (procedure, id, form) in papers {
        match folder.law.procedures.get_mut(&procedure) {
            Some(procedure) => {
                procedure.papers.insert(id, form);
            }
            None => folder.findings.push(Finding {
                file: format!("{procedure}/papers/{id}.md"),
                line: 0,
                check: "place",
                message: "a paper without its procedure".to_owned(),
            }),
        }
    }
    chapters.sort_by(|(_, a), (_, b)| a.file.cmp(&b.file));
    for (report, chapter) in chapters {
        match folder.law.reports.get_mut(&report) {
            Some(template) => template.chapters.push(chapter),
            None => folder.findings.push(Finding {
                file: format!("reports/{report}/{}.md", chapter.file),
                line: 0,
                check: "place",
                message: format!("a chapter without its report: reports/{report}/report.toml says what it is"),
            }),
        }
    }
    expand(&mut folder.law);
    folder
}

/// Puts what every procedure inherits into its steps, and the time allowed for a step among its clocks.
fn expand(law: &mut Law) {
    let rules = std::mem::take(&mut law.rules);
    for procedure in law.procedures.values_mut() {
        for version in &mut procedure.versions {
            inherit(version, &rules);
            let own: Vec<Clock> = version
                .steps
                .iter()
                .filter_map(|step| {
                    let within = step.within.as_ref()?;
                    Some(Clock {
                        id: step.id.clone(),
                        title: step.title.clone(),
                        starts: vec![within.from.clone()],
                        count: within.count,
                        parameter: within.parameter.clone(),
                        days: Some(within.days),
                        ends: None,
                        cite: within.cite.clone(),
                        met: vec![step.id.clone()],
                        restart: Vec::new(),
                        pause: Vec::new(),
                        extend: Vec::new(),
                        lapse: Some(Lapse { alert: Some("supervisor".to_owned()), step: None }),
                    })
                })
                .collect();
            version.clocks.extend(own);
        }
    }
    law.rules = rules;
}

fn inherit(version: &mut Version, rules: &[General]) {
    let until = version.until;
    for step in &mut version.steps {
        let holds = |rule: &&General| step.kind.contains(&rule.kind) && until.is_none_or(|until| rule.in_force < until);
        let (mut asks, mut needs) = (Vec::new(), Vec::new());
        for rule in rules.iter().filter(holds) {
            asks.extend(rule.asks.iter().filter(|ask| !step.asks.iter().any(|own| own.field == ask.field)).cloned());
            needs.extend(rule.needs.iter().cloned());
        }
        step.asks.extend(asks);
        step.needs.splice(0..0, needs);
    }
}

fn named(findings: &mut Vec<Finding>, path: &str, text: &str, expected: &str, id: &str) {
    if expected != id {
        let line = line_with(text, id);
        findings.push(Finding {
            file: path.to_owned(),
            line,
            check: "file-name-is-id",
            message: format!("the id is `{id}` but the name says `{expected}`"),
        });
    }
}

fn parse<T: DeserializeOwned>(findings: &mut Vec<Finding>, path: &str, text: &str) -> Option<T> {
    match toml::from_str(text) {
        Ok(value) => Some(value),
        Err(error) => {
            findings.push(toml_finding(path, text, &error));
            None
        }
    }
}

pub(crate) fn toml_finding(path: &str, text: &str, error: &toml::de::Error) -> Finding {
    let line = error.span().map_or(0, |span| text.get(..span.start).map_or(0, |before| before.matches('\n').count() + 1));
    let message = error.message().to_owned();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let hint = match quoted.split_first() {
        Some((given, known)) if message.starts_with("unknown field") => {
            nearest(given, known.iter().copied()).map(|near| format!("; did you mean `{near}`?"))
        }
        _ => None,
    };
    Finding { file: path.to_owned(), line, check: "parse", message: format!("{message}{}", hint.unwrap_or_default()) }
}

/// A paper form: TOML between two `+++` lines, then Markdown.
fn paper(text: &str) -> Result<PaperForm, String> {
    let rest = text.strip_prefix("+++\n").ok_or("a paper begins with a line `+++`")?;
    let (front, body) = rest.split_once("\n+++\n").ok_or("the front matter ends with a line `+++`")?;
    let mut form: PaperForm = toml::from_str(front).map_err(|error| error.message().to_owned())?;
    form.body = body.trim().to_owned();
    Ok(form)
}

impl PaperForm {
    /// Whether it is addressed to who brought the case: a paper without an addressee is the office's own, one to a third party theirs.
    pub fn is_for_opener(&self) -> bool {
        self.to.as_deref().is_some_and(|to| to.starts_with("{party.") || to.starts_with("{caller."))
    }
}
