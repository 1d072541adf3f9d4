//! What a file is, and the parts of a package (DOCX, XLSX are ZIP): looked at before any reader, so that a package which would unpack to a
//! multiple of any real document is never unpacked.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::unreadable::{Count, Kind, Unreadable};

/// Parts of one package.
const MOST_PARTS: usize = 5_000;
/// All parts of a report unpacked, in bytes: they are held in memory.
pub const REPORT: usize = 128 << 20;
/// All parts of a table unpacked: rows pass one after the other.
pub const TABLE: usize = 512 << 20;
/// Up to here no ratio is asked for.
const UNSUSPECTED: u64 = 32 << 20;
/// Sheets of the same words pack to a fortieth; nothing written by people to a two-hundredth.
const HIGHEST_RATIO: u64 = 200;

/// A package in memory.
pub type Package<'b> = ZipArchive<Cursor<&'b [u8]>>;

/// What the file is.
///
/// Errors: `Empty`; `Locked` for an office document with a password; `Broken` for a package that does not open.
pub fn kind(bytes: &[u8]) -> Result<Kind, Unreadable> {
    if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return Err(Unreadable::Empty);
    }
    const SIGNS: &[(&[u8], Kind)] = &[
        (b"{\\rtf", Kind::Rtf),
        (b"\x89PNG", Kind::Image),
        (b"\xff\xd8\xff", Kind::Image),
        (b"GIF8", Kind::Image),
        (b"II*\0", Kind::Image),
        (b"MM\0*", Kind::Image),
        (b"Rar!", Kind::Archive),
        (b"7z\xbc\xaf", Kind::Archive),
        (b"\x1f\x8b", Kind::Archive),
        (b"MZ\x90", Kind::Other),
        (b"\x7fELF", Kind::Other),
        (b"SQLite format 3", Kind::Other),
    ];
    if let Some((_, kind)) = SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign)) {
        return Ok(*kind);
    }
    if bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]) || bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(Kind::Image);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return compound(bytes);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return packed(bytes);
    }
    if holds(bytes.get(..1024).unwrap_or(bytes), b"%PDF-") {
        return Ok(Kind::Pdf);
    }
    Ok(Kind::Text)
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// A compound file of the old office programs, told by the names of its streams.
fn compound(bytes: &[u8]) -> Result<Kind, Unreadable> {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        holds(bytes, &wide)
    };
    if has("EncryptedPackage") {
        return Err(Unreadable::Locked);
    }
    Ok(if has("WordDocument") {
        Kind::OldDocument
    } else if has("Workbook") {
        Kind::OldWorkbook
    } else if has("PowerPoint Document") {
        Kind::Slides
    } else {
        Kind::OldDocument
    })
}

fn packed(bytes: &[u8]) -> Result<Kind, Unreadable> {
    let package = open(bytes)?;
    let names: Vec<String> = package.file_names().filter_map(|part| Some(part.ok()?.into_owned())).collect();
    let has = |name: &str| names.iter().any(|part| part.eq_ignore_ascii_case(name));
    let under = |folder: &str| names.iter().any(|part| part.starts_with(folder));
    Ok(if has("OFD.xml") {
        Kind::Ofd
    } else if has("xl/workbook.bin") {
        Kind::BinaryWorkbook
    } else if under("xl/") {
        Kind::Workbook
    } else if under("word/") {
        Kind::Document
    } else if under("ppt/") {
        Kind::Slides
    } else if has("mimetype") && has("content.xml") {
        Kind::OpenDocument
    } else {
        Kind::Archive
    })
}

/// Opens a package without unpacking any of it.
pub fn open(bytes: &[u8]) -> Result<Package<'_>, Unreadable> {
    let package = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Unreadable::broken("压缩包", error))?;
    if package.len() > MOST_PARTS {
        return Err(Unreadable::TooMuch { what: Count::Objects, most: MOST_PARTS });
    }
    Ok(package)
}

/// Unpacks every part into nothing and counts up to `most` bytes, so that a reader which trusts its package may be let in.
///
/// Errors: `Expands`; `Locked` for a part with a password. A part that does not unpack is left for the reader to name.
pub fn weigh(package: &mut Package<'_>, packed: usize, most: usize) -> Result<(), Unreadable> {
    let most = (most as u64).min((packed as u64).saturating_mul(HIGHEST_RATIO).max(UNSUSPECTED));
    let mut whole = 0;
    let mut buffer = vec![0; 64 << 10];
    for index in 0..package.len() {
        let mut part = match package.by_index(index) {
            Ok(part) if part.encrypted() => return Err(Unreadable::Locked),
            Ok(part) => part,
            Err(error) if error.to_string().to_lowercase().contains("password") => return Err(Unreadable::Locked),
            Err(_) => continue,
        };
        while let Ok(read) = part.read(&mut buffer) {
            if read == 0 {
                break;
            }
            whole += read as u64;
            if whole > most {
                return Err(Unreadable::Expands { most: usize::try_from(most).unwrap_or(usize::MAX) });
            }
        }
    }
    Ok(())
}
