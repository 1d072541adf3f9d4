//! Attachments, addressed by the SM3 digest of their content and stored once.

use crate::{
    Digest, Error, Result, Store,
    dialect::{Insert, Value},
    event::{digest, hex},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub digest: Digest,
    /// Name and media type under which it was first stored.
    pub name: String,
    pub mime: String,
    pub bytes: Vec<u8>,
}

impl Store {
    /// Stores a file and returns its digest. The same content is stored once.
    pub fn put_attachment(&self, division: i64, bytes: Vec<u8>, name: &str, mime: &str) -> Result<Digest> {
        let key = digest(&bytes);
        let known = self.read(|conn| {
            conn.one(
                "SELECT division FROM attachment WHERE division = ?1 AND digest = ?2",
                &[Value::Int(division), Value::Blob(&key)],
                |row| row.int(0),
            )
        })?;
        if known.is_some() {
            return Ok(key);
        }
        let (name, mime) = (name.to_owned(), mime.to_owned());
        self.write(move |ledger| {
            let values = [Value::Int(division), Value::Blob(&key), Value::Text(&name), Value::Text(&mime), Value::Blob(&bytes)];
            ledger.conn.insert(&ATTACHMENT, &values)
        })?;
        Ok(key)
    }
    /// The file with this digest; one whose bytes no longer have it is an error.
    pub fn attachment(&self, division: i64, key: &Digest) -> Result<Option<Attachment>> {
        let found = self.read(|conn| {
            conn.one(
                "SELECT name, mime, bytes FROM attachment WHERE division = ?1 AND digest = ?2",
                &[Value::Int(division), Value::Blob(key)],
                |row| Ok(Attachment { digest: *key, name: row.string(0)?, mime: row.string(1)?, bytes: row.blob(2)?.to_vec() }),
            )
        })?;
        match found {
            Some(found) if digest(&found.bytes) != *key => {
                Err(Error::Damaged(format!("the attachment {} no longer has its digest", hex(key))))
            }
            found => Ok(found),
        }
    }
}

const ATTACHMENT: Insert<'_> =
    Insert { into: "INSERT INTO attachment(division, digest, name, mime, bytes)", width: 5, then: "ON CONFLICT DO NOTHING" };
