//! The law folder of this repository, read once for the tests beside it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use engine::read::{Folder, Text, read};

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file of `law/`, as the engine takes them.
pub fn texts() -> Vec<Text> {
    let law = root().join("law");
    let mut texts = Vec::new();
    gather(&law, &law, &mut texts);
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    texts
}

/// The folder as read.
pub fn folder() -> &'static Folder {
    static FOLDER: OnceLock<Folder> = OnceLock::new();
    FOLDER.get_or_init(|| read(texts()))
}

fn gather(root: &Path, folder: &Path, texts: &mut Vec<Text>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, texts);
        } else if path.extension().is_some_and(|ext| ext == "toml" || ext == "md") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            texts.push(Text { path: name, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
}
