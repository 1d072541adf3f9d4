//! The seal: an SM2 key (GB/T 32918) that signs one checkpoint of the ledger a day, so that a copy kept elsewhere shows any rewriting.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use jiff::civil::{Date, DateTime};
use sm2::SecretKey;
use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2::pkcs8::{EncodePrivateKey, LineEnding};
use store::Checkpoint;
use store::event::hex;

use crate::hall::{Error, Hall, Result};

/// The signer's identifier when nothing else is agreed (GM/T 0009), so that other programs check the signatures as they are.
pub const SIGNER: &str = "1234567812345678";

/// Bytes of a public key: 04, x, y.
const KEY: usize = 65;
/// Bytes of a signature: r, s.
const SIGNATURE: usize = 64;

/// What can be wrong with a key or with a checkpoint kept elsewhere; read by an administrator.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the key file `{0}`: {1}")]
    File(String, std::io::Error),
    #[error("`{0}` holds no SM2 key: neither PKCS#8 PEM nor a public key in PEM or hex")]
    Key(String),
    #[error("the system gives no randomness for a key: {0}")]
    Random(String),
    #[error("not a kept checkpoint: {0}")]
    Witness(String),
}

/// The signing key of an installation.
pub struct Seal(SigningKey);

impl Seal {
    /// Reads the key at `path` (PKCS#8 PEM), making it on first use, readable by its owner only.
    pub fn open(path: &Path) -> Result<Seal, SealError> {
        match fs::read_to_string(path) {
            Ok(text) => Seal::from_pem(&text).ok_or_else(|| SealError::Key(path.display().to_string())),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let seal = Seal::generate()?;
                match seal.save(path) {
                    // Another process made it meanwhile: that one counts.
                    Err(SealError::File(_, error)) if error.kind() == ErrorKind::AlreadyExists => Seal::open(path),
                    Err(error) => Err(error),
                    Ok(()) => Ok(seal),
                }
            }
            Err(error) => Err(SealError::File(path.display().to_string(), error)),
        }
    }

    /// A new key from the randomness of the system.
    pub fn generate() -> Result<Seal, SealError> {
        let mut bytes = [0; 32];
        // A number outside the order of the curve comes up once in four thousand million times.
        for _ in 0..8 {
            getrandom::fill(&mut bytes).map_err(|error| SealError::Random(error.to_string()))?;
            if let Ok(key) = SigningKey::from_slice(SIGNER, &bytes) {
                return Ok(Seal(key));
            }
        }
        Err(SealError::Random("eight numbers in a row were out of range".to_owned()))
    }

    fn from_pem(text: &str) -> Option<Seal> {
        let secret: SecretKey = text.parse().ok()?;
        SigningKey::new(SIGNER, &secret).ok().map(Seal)
    }

    /// Writes the key beside its final name first, so that no other process ever reads half of it.
    fn save(&self, path: &Path) -> Result<(), SealError> {
        let fault = |error| SealError::File(path.display().to_string(), error);
        let secret = SecretKey::from(self.0.as_nonzero_scalar());
        let pem = secret.to_pkcs8_pem(LineEnding::LF).map_err(|_| SealError::Key(path.display().to_string()))?;
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}", std::process::id()));
        let new = Path::new(&name);
        let written = private(new)
            .and_then(|mut file| file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| fs::hard_link(new, path));
        let removed = fs::remove_file(new);
        written.map_err(fault)?;
        removed.map_err(fault)
    }

    pub fn public_key(&self) -> PublicKey {
        PublicKey::of(self.0.verifying_key())
    }

    /// Signs a statement: the public key, then r and s. The key goes along so that a change of keys shows in the ledger.
    pub(crate) fn sign(&self, statement: &[u8]) -> Vec<u8> {
        let mut signed = self.public_key().0.to_vec();
        // Signing fails for no message anybody will find; were it to, verification names the checkpoint as unsigned.
        if let Ok(signature) = Signer::<Signature>::try_sign(&self.0, statement) {
            signed.extend_from_slice(&signature.to_bytes());
        }
        signed
    }
}

/// A new file that only its owner reads.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A public key, a point of the curve: 04, x, y. Reads and writes as hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; KEY]);

impl PublicKey {
    fn of(key: &VerifyingKey) -> PublicKey {
        let mut bytes = [0; KEY];
        let point = key.as_affine().to_sec1_point(false);
        bytes.copy_from_slice(point.as_bytes());
        PublicKey(bytes)
    }

    fn from_bytes(bytes: &[u8]) -> Option<PublicKey> {
        VerifyingKey::from_sec1_bytes(SIGNER, bytes).ok().map(|key| PublicKey::of(&key))
    }

    /// From the text of a key file: a private key, a public key in PEM, or one in hex.
    pub fn from_text(text: &str) -> Option<PublicKey> {
        if let Some(seal) = Seal::from_pem(text) {
            return Some(seal.public_key());
        }
        match text.parse::<sm2::PublicKey>() {
            Ok(key) => VerifyingKey::new(SIGNER, key).ok().map(|key| PublicKey::of(&key)),
            Err(_) => PublicKey::from_bytes(&bytes_of(text.trim())?),
        }
    }

    /// Reads the key file; nothing is made when it is absent.
    pub fn read(path: &Path) -> Result<PublicKey, SealError> {
        let text = fs::read_to_string(path).map_err(|error| SealError::File(path.display().to_string(), error))?;
        PublicKey::from_text(&text).ok_or_else(|| SealError::Key(path.display().to_string()))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// Whether `signature` (r and s, 64 bytes) over the statement was made with the key.
pub fn verify_signature(statement: &str, signature: &[u8], public_key: &PublicKey) -> bool {
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_sec1_bytes(SIGNER, &public_key.0), Signature::from_slice(signature)) else {
        return false;
    };
    key.verify(statement.as_bytes(), &signature).is_ok()
}

/// Who signed a checkpoint, and the signature: r and s, 64 bytes. `None` when what is kept is no signature at all.
pub fn signed_by(checkpoint: &Checkpoint) -> Option<(PublicKey, &[u8])> {
    let (key, signature) = checkpoint.signature.split_at_checked(KEY)?;
    (signature.len() == SIGNATURE).then_some((PublicKey::from_bytes(key)?, signature))
}

/// The key under which the signature of a checkpoint holds; `None` when it holds under none.
pub fn holds_under(checkpoint: &Checkpoint) -> Option<PublicKey> {
    signed_by(checkpoint).filter(|(key, signature)| verify_signature(&checkpoint.statement(), signature, key)).map(|(key, _)| key)
}

/// A checkpoint as text to be kept elsewhere: its statement, then the key and the signature. `None` for one that is not signed.
pub fn witness_text(checkpoint: &Checkpoint) -> Option<String> {
    let (key, signature) = signed_by(checkpoint)?;
    Some(format!("{}public-key {key}\nsignature {}\n", checkpoint.statement(), hex(signature)))
}

/// Reads checkpoints kept elsewhere, one after the other, and sees that each bears its signature.
pub fn read_witnesses(text: &str) -> Result<Vec<Checkpoint>, SealError> {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).peekable();
    let mut witnesses = Vec::new();
    while lines.peek().is_some() {
        let found = lines.next().unwrap_or_default();
        if found != "fadu checkpoint" {
            return Err(SealError::Witness(format!("`fadu checkpoint` was expected, `{found}` found")));
        }
        let mut field = |name: &str| {
            let line = lines.next().unwrap_or_default();
            line.strip_prefix(name)
                .and_then(|rest| rest.strip_prefix(' '))
                .ok_or_else(|| SealError::Witness(format!("`{name} …` was expected, `{line}` found")))
        };
        let mut checkpoint = Checkpoint {
            division: number(field("division")?)?,
            number: number(field("number")?)?,
            day: number(field("day")?)?,
            root: digest(field("root")?)?,
            streams: number(field("streams")?)?,
            events: number(field("events")?)?,
            previous: digest(field("previous")?)?,
            signature: Vec::new(),
        };
        for name in ["public-key", "signature"] {
            let text = field(name)?;
            checkpoint.signature.extend(bytes_of(text).ok_or_else(|| SealError::Witness(format!("`{text}` is not hex")))?);
        }
        if holds_under(&checkpoint).is_none() {
            return Err(SealError::Witness(format!("the signature does not fit the statement of checkpoint {}", checkpoint.number)));
        }
        witnesses.push(checkpoint);
    }
    match witnesses.is_empty() {
        true => Err(SealError::Witness("the file is empty".to_owned())),
        false => Ok(witnesses),
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, SealError> {
    text.parse().map_err(|_| SealError::Witness(format!("`{text}` is not a number")))
}

fn digest(text: &str) -> Result<store::Digest, SealError> {
    bytes_of(text).and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| SealError::Witness(format!("`{text}` is no SM3 digest")))
}

/// Bytes from hex.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

impl Hall {
    /// The latest checkpoint; `None` before the first.
    pub fn latest_checkpoint(&self) -> Result<Option<Checkpoint>> {
        Ok(self.store.checkpoints(self.settings.number(), 1)?.pop())
    }

    /// Signs and publishes the checkpoint of a day over the ledger as it stands. A day has one: asked again, that one is given.
    /// Days only go forward.
    pub fn publish_checkpoint(&self, seal: &Seal, day: Date) -> Result<Checkpoint> {
        let number = store::day(day);
        match self.latest_checkpoint()? {
            Some(latest) if latest.day == number => Ok(latest),
            Some(latest) if latest.day > number => Err(Error::Invalid(format!("已有{}的检查点，不能再补{number}的", latest.day))),
            _ => Ok(self.store.checkpoint(self.settings.number(), number, |statement| seal.sign(statement))?),
        }
    }

    /// Publishes the checkpoint of yesterday unless there is one of that day or later. An empty ledger has nothing to seal.
    pub fn publish_due_checkpoint(&self, seal: &Seal, now: DateTime) -> Result<Option<Checkpoint>> {
        let Ok(yesterday) = now.date().yesterday() else { return Ok(None) };
        let day = store::day(yesterday);
        if self.latest_checkpoint()?.is_some_and(|latest| latest.day >= day) || !self.store.divisions()?.contains(&self.settings.number()) {
            return Ok(None);
        }
        self.publish_checkpoint(seal, yesterday).map(Some)
    }
}
