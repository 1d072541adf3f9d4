//! People: accounts that sign in, and what a person may do on a day, read from the register of officers.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use engine::case::{APPLICANT, Person};
use jiff::civil::{Date, DateTime};
use serde_json::Value;
use store::{Account, Session};

use crate::hall::{Error, Hall, Result};
use crate::moment;

/// A session lasts a working day.
const SESSION_SECONDS: i64 = 12 * 3600;
/// So many wrong passwords lock the account for a quarter of an hour.
const TRIES: u32 = 5;
const LOCK_SECONDS: i64 = 900;

/// Who is signed in.
#[derive(Debug, Clone, PartialEq)]
pub struct Visitor {
    pub login: String,
    pub person: Person,
    /// The token every form carries.
    pub csrf: String,
}

/// What an administrator gives to make an account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub login: String,
    pub name: String,
    pub password: String,
    /// The entry in the register of officers; empty for members of the public.
    pub person: String,
}

impl Hall {
    /// Makes or replaces a local account. The password is kept as argon2id.
    pub fn make_account(&self, new: &NewAccount) -> Result<()> {
        if new.login.trim().is_empty() || new.login.chars().count() > 64 {
            return Err(Error::Invalid("账号应当是1至64个字符".to_owned()));
        }
        if new.password.chars().count() < 8 {
            return Err(Error::Invalid("密码至少8个字符".to_owned()));
        }
        let phc = Argon2::default()
            .hash_password(new.password.as_bytes())
            .map_err(|error| Error::Invalid(format!("密码不能保存：{error}")))?
            .to_string();
        let account = Account {
            division: self.settings.number(),
            login: new.login.clone(),
            person: new.person.clone(),
            name: new.name.clone(),
            password: phc,
            ..Account::default()
        };
        Ok(self.store.put_account(account)?)
    }

    /// Signs in. Returns the token for the cookie; wrong name and wrong password read alike.
    pub fn sign_in(&self, login: &str, password: &str, now: DateTime) -> Result<String> {
        let wrong = || Error::Forbidden("账号或密码不对".to_owned());
        let at = moment::seconds(now);
        let account = self.store.account(self.settings.number(), login)?;
        // An unknown account costs as much time as a known one.
        let phc = account.as_ref().map_or(DECOY, |account| account.password.as_str());
        let hash = PasswordHash::new(phc).map_err(|_| wrong())?;
        let right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        let Some(account) = account else { return Err(wrong()) };
        if account.locked_until.is_some_and(|until| until > at) {
            return Err(Error::Forbidden("密码错得太多，账号暂停15分钟，稍后再试".to_owned()));
        }
        if !right {
            self.store.sign_in_failed(self.settings.number(), login, TRIES, at + LOCK_SECONDS)?;
            return Err(wrong());
        }
        let token = random_text()?;
        let session = Session {
            division: self.settings.number(),
            token: store::event::digest(token.as_bytes()),
            login: login.to_owned(),
            csrf: random_text()?,
            expires: at + SESSION_SECONDS,
        };
        self.store.open_session(session)?;
        Ok(token)
    }

    /// Forgets sessions that have ended.
    pub fn sweep_sessions(&self, now: DateTime) -> Result<u64> {
        Ok(self.store.sweep_sessions(moment::seconds(now))?)
    }

    pub fn sign_out(&self, token: &str) -> Result<()> {
        Ok(self.store.close_session(self.settings.number(), &store::event::digest(token.as_bytes()))?)
    }

    /// Who holds the token now, with today's posts and certificates.
    pub fn visitor(&self, token: &str, now: DateTime) -> Result<Option<Visitor>> {
        let number = self.settings.number();
        let Some(session) = self.store.session(number, &store::event::digest(token.as_bytes()), moment::seconds(now))? else {
            return Ok(None);
        };
        let Some(account) = self.store.account(number, &session.login)? else { return Ok(None) };
        let person = if account.person.is_empty() {
            Person {
                id: format!("u:{}", account.login),
                name: account.name.clone(),
                posts: vec![APPLICANT.to_owned(), "caller".to_owned()],
                ..Person::default()
            }
        } else {
            self.person(&account.person, now.date()).unwrap_or_else(|| Person {
                id: account.person.clone(),
                name: account.name.clone(),
                ..Person::default()
            })
        };
        Ok(Some(Visitor { login: account.login, person, csrf: session.csrf }))
    }

    /// A person of the government as the register of officers has it on a day. A suspended or cancelled entry holds no post.
    pub fn person(&self, id: &str, day: Date) -> Option<Person> {
        // The clock is nobody's name.
        if id == engine::case::CLOCK {
            return None;
        }
        let registers = self.registers();
        let entry = registers.entry("officers", id)?;
        let date = |field: &str| entry.fields.get(field).and_then(Value::as_str).and_then(|text| text.parse::<Date>().ok());
        let in_force = entry.in_force(day);
        let certificate = entry.fields.get("certified").and_then(Value::as_str) == Some("yes");
        let valid = date("valid-from").is_none_or(|from| from <= day) && date("valid-to").is_none_or(|to| day <= to);
        Some(Person {
            id: entry.id.clone(),
            name: entry.title.clone(),
            organ: entry.organ.clone(),
            posts: if in_force { texts(entry.fields.get("posts")) } else { Vec::new() },
            certified: in_force && certificate && valid,
            legal_qualified: entry.fields.get("legal-qualified").and_then(Value::as_str) == Some("yes"),
        })
    }

    /// Other officers of an organ who hold a post: whom a form offers as second officer.
    pub fn colleagues(&self, person: &Person, posts: &[String], day: Date) -> Vec<Person> {
        let registers = self.registers();
        registers
            .all("officers")
            .filter(|entry| entry.organ == person.organ && entry.id != person.id)
            .filter_map(|entry| self.person(&entry.id, day))
            .filter(|other| posts.iter().any(|post| other.holds(post)))
            .collect()
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => text.split([',', ' ', '，']).filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// 128 bits from the system, in hex.
pub fn random_text() -> Result<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::Invalid(format!("系统随机数不可用：{error}")))?;
    Ok(store::event::hex(&bytes))
}

/// The hash of no password, verified when the account is unknown.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Zk1E5dLtnnlHxQ0n8hWrnJPYcZJbV5bGxkYxJqdmmzs";
