//! Unpacks the streams of a PDF without ever making more than a document can hold.

use std::io::Read;

use flate2::read::DeflateDecoder;
use hayro_syntax::Filter;
use hayro_syntax::object::Stream;

use super::super::unreadable::Unreadable;

/// Bytes unpacked of one file.
pub const MOST: usize = 256 << 20;
/// Bytes unpacked of one stream.
const MOST_OF_ONE: usize = 64 << 20;
/// What an LZW stream may hold packed: each of its codes can stand for thousands of bytes.
const MOST_LZW: usize = 64 << 10;
/// Object streams of a locked file, packed: they cannot be weighed before they are opened.
const MOST_LOCKED: usize = 512 << 10;
/// How far before its bytes the dictionary of a stream is looked for.
const LOOK_BACK: usize = 4096;

const TOO_MUCH: Unreadable = Unreadable::Expands { most: MOST };

/// How many bytes the packed ones make, at most `most` and a few.
fn weight(packed: &[u8], most: usize) -> usize {
    let zlib = packed.len() >= 2
        && packed.first().is_some_and(|head| head & 0x0f == 8)
        && packed.first().zip(packed.get(1)).is_some_and(|(head, flags)| (u16::from(*head) << 8 | u16::from(*flags)) % 31 == 0);
    let mut decoder = DeflateDecoder::new(if zlib { packed.get(2..).unwrap_or_default() } else { packed });
    let mut buffer = [0; 16 << 10];
    let mut whole = 0;
    while let Ok(read) = decoder.read(&mut buffer) {
        whole += read;
        if read == 0 || whole > most {
            break;
        }
    }
    whole
}

/// Unpacks a stream; one that cannot be is empty.
pub fn stream(stream: &Stream<'_>, unpacked: &mut usize) -> Result<Vec<u8>, Unreadable> {
    let filters = stream.filters();
    if filters.len() > 1 && filters.iter().filter(|filter| matches!(filter, Filter::FlateDecode | Filter::LzwDecode)).count() > 1 {
        // Packed twice: no program does that, and the second packing cannot be weighed.
        return Err(TOO_MUCH);
    }
    let raw = stream.raw_data();
    match filters.first() {
        Some(Filter::FlateDecode) if weight(&raw, MOST_OF_ONE) > MOST_OF_ONE => return Err(TOO_MUCH),
        Some(_) if filters.contains(&Filter::LzwDecode) && raw.len() > MOST_LZW => return Err(TOO_MUCH),
        Some(Filter::RunLengthDecode) if raw.len() > MOST_OF_ONE / 64 => return Err(TOO_MUCH),
        // Flate inside ASCII: at most a thousandfold.
        Some(Filter::Ascii85Decode | Filter::AsciiHexDecode) if raw.len() > MOST_OF_ONE / 512 => return Err(TOO_MUCH),
        _ => {}
    }
    let data = stream.decoded_data().map(std::borrow::Cow::into_owned).unwrap_or_default();
    *unpacked += data.len();
    if *unpacked > MOST { Err(TOO_MUCH) } else { Ok(data) }
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// Weighs the streams that the index of the file lies in, which are unpacked as soon as it is opened.
pub fn weigh_index(bytes: &[u8]) -> Result<(), Unreadable> {
    let locked = holds(bytes, b"/Encrypt");
    let (mut whole, mut packed) = (0, 0);
    let mut from = 0;
    while let Some(at) = find(bytes, b"stream", from) {
        from = at + 6;
        if at >= 3 && bytes.get(at - 3..at) == Some(b"end") {
            continue;
        }
        let before = bytes.get(at.saturating_sub(LOOK_BACK)..at).unwrap_or_default();
        let dict = match before.windows(3).rposition(|window| window == b"obj") {
            Some(object) => before.get(object..).unwrap_or_default(),
            None => before,
        };
        // A name may be written with `#`, and a dictionary may be too long to see: then it is weighed too.
        let index = holds(dict, b"ObjStm") || holds(dict, b"XRef") || dict.contains(&b'#') || dict.len() == before.len();
        if !index {
            continue;
        }
        let start = match (bytes.get(from), bytes.get(from + 1)) {
            (Some(b'\r'), Some(b'\n')) => from + 2,
            _ => from + 1,
        };
        let data = bytes.get(start..).unwrap_or_default();
        if locked {
            packed += find(data, b"endstream", 0).unwrap_or(data.len());
        }
        whole += weight(data, MOST);
        if whole > MOST || packed > MOST_LOCKED || holds(dict, b"LZW") && find(data, b"endstream", 0).unwrap_or(data.len()) > MOST_LZW {
            return Err(TOO_MUCH);
        }
    }
    Ok(())
}

fn find(bytes: &[u8], word: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find(bytes.get(from..)?, word).map(|at| at + from)
}
