//! Fonts of the machine: found once, measured with skrifa, drawn with krilla.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use krilla::text::Font;
use skrifa::instance::{LocationRef, Size};
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};

use crate::Error;

/// One face.
#[derive(Clone)]
pub struct Face {
    pub font: Font,
    data: Arc<Vec<u8>>,
    index: u32,
}

/// The faces a paper needs: body (仿宋), heading (黑体), heading of the second level (楷体), title (小标宋).
pub struct Faces {
    pub body: Face,
    pub heading: Face,
    pub second: Face,
    pub title: Face,
}

/// Stands for a character the font does not have, as printers do.
const GETA: char = '〓';

impl Face {
    /// The file, for outlines.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Which face of the file.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The width of a text at a size, in points.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let Ok(font) = FontRef::from_index(&self.data, self.index) else { return 0.0 };
        let map = font.charmap();
        let metrics = font.glyph_metrics(Size::new(size), LocationRef::default());
        text.chars().map(|letter| map.map(letter).and_then(|glyph| metrics.advance_width(glyph)).unwrap_or(size)).sum()
    }

    /// The text with characters the font cannot draw replaced, so that nothing is silently lost.
    pub fn drawable(&self, text: &str) -> String {
        let Ok(font) = FontRef::from_index(&self.data, self.index) else { return String::new() };
        let map = font.charmap();
        text.chars().filter(|letter| !letter.is_control()).map(|letter| if map.map(letter).is_some() { letter } else { GETA }).collect()
    }
}

/// The faces of this machine, looked for once.
pub fn faces() -> Result<&'static Faces, Error> {
    static FACES: OnceLock<Option<Faces>> = OnceLock::new();
    FACES.get_or_init(find).as_ref().ok_or(Error::NoFont)
}

fn find() -> Option<Faces> {
    let mut files = Vec::new();
    let folders = std::env::var_os("FADU_FONTS")
        .map(PathBuf::from)
        .into_iter()
        .chain(["/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from));
    for folder in folders {
        gather(&folder, &mut files, 0);
    }
    files.sort();
    let serif = ["FangSong", "STFangsong", "Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN"];
    let sans = ["SimHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei"];
    let title = ["FZXiaoBiaoSong-B05S", "STZhongsong", "Noto Serif CJK SC", "Source Han Serif SC"];
    let kai = ["KaiTi", "STKaiti", "AR PL UKai CN", "FandolKai"];
    let heading = pick(&files, &sans, false);
    let body = pick(&files, &serif, false).or_else(|| heading.clone())?;
    let title = pick(&files, &title, true).unwrap_or_else(|| body.clone());
    let second = pick(&files, &kai, false).unwrap_or_else(|| body.clone());
    Some(Faces { heading: heading.unwrap_or_else(|| body.clone()), second, body, title })
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>, depth: usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && depth < 6 {
            gather(&path, files, depth + 1);
        } else if matches!(
            path.extension().and_then(|ext| ext.to_str()).map(str::to_ascii_lowercase).as_deref(),
            Some("ttf" | "otf" | "ttc" | "otc")
        ) {
            files.push(path);
        }
    }
}

fn pick(files: &[PathBuf], families: &[&str], bold: bool) -> Option<Face> {
    for family in families {
        for file in files {
            // Names tell enough to leave most files unread.
            let name: String = file.file_stem()?.to_string_lossy().to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
            let short: String = family.to_lowercase().trim_end_matches(" sc").chars().filter(char::is_ascii_alphanumeric).collect();
            if !name.contains(&short) || name.contains("bold") != bold && families.len() > 1 && !bold {
                continue;
            }
            if bold && !name.contains("bold") && family.contains("CJK") {
                continue;
            }
            if let Some(face) = read(file, family) {
                return Some(face);
            }
        }
    }
    None
}

fn read(file: &Path, family: &str) -> Option<Face> {
    let data = Arc::new(std::fs::read(file).ok()?);
    for index in 0..16 {
        let font = FontRef::from_index(&data, index).ok()?;
        let named = font.localized_strings(StringId::FAMILY_NAME).any(|name| name.chars().collect::<String>() == family);
        if named {
            return Some(Face { font: Font::new(data.clone().into(), index)?, data, index });
        }
    }
    None
}
