//! Cases that a step opens in other organs, in the same commit: a round of reports opens one in each unit that owes one.

use std::sync::Arc;

use engine::case::{Case, Event};
use engine::decide::{Command, Reason, Refusal, decide, nearest, version_of};
use engine::law::{Opens, Step};
use jiff::civil::DateTime;
use serde_json::{Map, Value};
use store::Append;

use crate::hall::{Error, Hall, Result};
use crate::step::{Asked, Done};

/// A case as it will stand, with what records it.
pub(crate) struct Child {
    case: Arc<Case>,
    append: Append,
}

impl Hall {
    /// The cases that an event opens besides; none for most steps. Unknown organs refuse the whole step, beside their field.
    pub(crate) fn children(&self, parent: &Case, code: &str, event: &Event, asked: &Asked, now: DateTime) -> Result<Vec<Child>> {
        let step = version_of(&self.law, parent).and_then(|(_, version)| version.step(&event.step));
        let Some((step, opens)) = step.and_then(|step| Some((step, step.opens.as_ref()?))) else { return Ok(Vec::new()) };
        let organs = self.organs_listed(parent, event, step, opens, now)?;
        organs.into_iter().map(|organ| self.child(parent, code, asked, opens, organ, now)).collect()
    }

    fn organs_listed(&self, parent: &Case, event: &Event, step: &Step, opens: &Opens, now: DateTime) -> Result<Vec<String>> {
        let registers = self.registers();
        let given = event.with.get(&opens.organs).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let basis = version_of(&self.law, parent).map(|(procedure, _)| procedure.basis.clone());
        let (mut organs, mut reasons): (Vec<String>, Vec<Reason>) = (Vec::new(), Vec::new());
        for organ in given.iter().filter_map(Value::as_str) {
            match registers.entry("organs", organ) {
                Some(entry) if entry.in_force(now.date()) => {
                    if !organs.iter().any(|known| known == organ) {
                        organs.push(organ.to_owned());
                    }
                }
                Some(entry) => reasons.push(reason(opens, format!("“{}”已经不在机关名录里有效", entry.title), "去掉这一行".to_owned())),
                None => {
                    let near = nearest(organ, registers.all("organs").map(|entry| entry.id.as_str()));
                    let hint = near.map_or(String::new(), |near| format!("，是不是“{near}”"));
                    reasons.push(reason(opens, format!("机关名录里没有“{organ}”{hint}"), "写机关编号，一行一个".to_owned()));
                }
            }
        }
        if reasons.is_empty() {
            return Ok(organs);
        }
        for reason in &mut reasons {
            reason.cite.clone_from(&basis);
        }
        Err(Error::Refused(Refusal { step: step.id.clone(), title: step.title.clone(), reasons }))
    }

    fn child(&self, parent: &Case, code: &str, asked: &Asked, opens: &Opens, organ: String, now: DateTime) -> Result<Child> {
        let mut with: Map<String, Value> =
            opens.passes.iter().filter_map(|field| Some((field.clone(), parent.fields.get(field)?.clone()))).collect();
        with.insert("organ".to_owned(), Value::from(organ));
        with.insert(opens.parent.clone(), Value::from(code));
        let command = Command {
            division: self.settings.division.clone(),
            procedure: opens.procedure.clone(),
            step: opens.step.clone(),
            by: asked.by.clone(),
            with,
        };
        let event = decide(&self.law, &self.registers(), None, &command, now)?;
        let (case, _, _, append) = self.record(None, event, now)?;
        Ok(Child { case, append })
    }

    /// Commits a case with its children: all of them are there, or none.
    pub(crate) fn append_family(&self, mut parent: Done, append: Append, children: Vec<Child>) -> Result<Done> {
        let (cases, mut appends): (Vec<Arc<Case>>, Vec<Append>) = children.into_iter().map(|child| (child.case, child.append)).unzip();
        appends.insert(0, append);
        let appended = self.store.append_all_or_none(appends).map_err(|(_, error)| {
            self.recent().forget(parent.case.id);
            if matches!(error, store::AppendError::Conflict { .. }) {
                self.skip_ids();
            }
            Error::from(error)
        })?;
        let mut recent = self.recent();
        recent.put(parent.case.clone());
        for case in cases {
            recent.put(case);
        }
        drop(recent);
        if let Some(first) = appended.first().filter(|first| !first.numbers.is_empty()) {
            self.numbered(&mut parent, &first.numbers);
        }
        Ok(parent)
    }
}

fn reason(opens: &Opens, says: String, cure: String) -> Reason {
    Reason { guard: "field".to_owned(), cite: None, says, cure, field: Some(opens.organs.clone()), parameter: None }
}
