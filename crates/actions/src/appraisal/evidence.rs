//! Evidence with its files: stored under their SM3 and named in the event that files them; read back by whoever may see the sheet.

use engine::case::Person;
use engine::decide::{Command, decide};
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value};
use store::event::hex;

use crate::hall::{Error, Hall, Result};
use crate::look::{Sight, sight};
use crate::step::{Asked, Done};

/// Files filed at once.
const MOST: usize = 10;

/// A file as it was sent, or as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Evidence for one indicator.
#[derive(Debug, Clone)]
pub struct Filing {
    pub indicator: String,
    pub says: String,
    pub arose_on: Option<Date>,
    pub files: Vec<File>,
}

impl Hall {
    /// Files evidence on the case of a unit. Files are kept only when the step may be taken.
    pub fn file_evidence(&self, by: &Person, year: i16, organ: &str, filing: Filing, now: DateTime) -> Result<Done> {
        let case = self.appraisal_case(year, organ)?.ok_or(Error::NotFound)?;
        if sight(self, Some(by), &case) != Sight::Whole {
            return Err(Error::NotFound);
        }
        if filing.files.len() > MOST {
            return Err(Error::Invalid(format!("一次最多报送{MOST}个附件，请分几次报送")));
        }
        if let Some(empty) = filing.files.iter().find(|file| file.bytes.is_empty()) {
            return Err(Error::Invalid(format!("附件“{}”是空的，请核对后再报送", empty.name)));
        }
        let mut with = Map::new();
        with.insert("indicator".to_owned(), Value::from(filing.indicator));
        with.insert("evidence".to_owned(), Value::from(filing.says));
        if let Some(day) = filing.arose_on {
            with.insert("arose-on".to_owned(), Value::from(day.to_string()));
        }
        let command = Command {
            division: self.settings.division.clone(),
            procedure: String::new(),
            step: "file-evidence".to_owned(),
            by: vec![by.clone()],
            with: with.clone(),
        };
        decide(&self.law, &self.registers(), Some(&case), &command, now)?;
        let mut digests = Vec::with_capacity(filing.files.len());
        for file in filing.files {
            let kind = kind_of(&file.bytes);
            digests.push(Value::from(hex(&self.store.put_attachment(self.settings.number(), file.bytes, &file.name, kind)?)));
        }
        if !digests.is_empty() {
            with.insert("evidence-files".to_owned(), Value::Array(digests));
        }
        let asked = Asked { case: Some(case.id), procedure: String::new(), step: command.step, by: command.by, with, seen: None };
        self.take_step(asked, now)
    }

    /// A file that was filed on a unit's case, with its media type.
    pub fn evidence_file(&self, person: Option<&Person>, year: i16, organ: &str, digest: &str) -> Result<(File, &'static str)> {
        let sheet = self.appraisal_sheet(person, year, organ)?;
        let named = sheet.changes.iter().any(|change| change.entry.files.iter().any(|file| file == digest));
        let key = digest_of(digest).filter(|_| named).ok_or(Error::NotFound)?;
        let kept = self.store.attachment(self.settings.number(), &key)?.ok_or(Error::NotFound)?;
        let kind = kind_of(&kept.bytes);
        Ok((File { name: kept.name, bytes: kept.bytes }, kind))
    }
}

/// Thirty-two bytes from sixty-four hex letters.
fn digest_of(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(digest)
}

/// What a file is by its first bytes, never by its name: only what a browser shows without running anything has a type of its own.
fn kind_of(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'%', b'P', b'D', b'F', ..] => "application/pdf",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        _ => "application/octet-stream",
    }
}
