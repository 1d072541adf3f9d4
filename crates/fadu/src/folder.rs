//! Where the law folder lies, and its files as texts for the engine.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use engine::read::{Folder, Text};

/// The folder named on the command line, or the nearest one.
pub struct Place {
    pub given: Option<PathBuf>,
}

impl Place {
    /// `--law`, else `law/` in the working folder or one above it, else beside the program.
    pub fn path(&self) -> anyhow::Result<PathBuf> {
        if let Some(given) = &self.given {
            if given.is_dir() {
                return Ok(given.clone());
            }
            bail!("`{}` is not a folder; give the law folder with --law DIR", given.display());
        }
        let here = std::env::current_dir().unwrap_or_default();
        let program = std::env::current_exe().unwrap_or_default();
        let found = here
            .ancestors()
            .chain(program.ancestors())
            .map(|place| place.join("law"))
            .find(|place| place.join("competence.toml").is_file());
        found.context("no law folder found here, above, or beside the program; give it with --law DIR")
    }

    /// Reads and checks nothing: hands the texts to the engine.
    pub fn read(&self) -> anyhow::Result<Folder> {
        let root = self.path()?;
        let mut texts = Vec::new();
        gather(&root, &root, &mut texts).with_context(|| format!("the law folder `{}` could not be read", root.display()))?;
        texts.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(engine::read::read(texts))
    }

    /// The law, refused with the findings when the folder has faults of reading.
    pub fn law(&self) -> anyhow::Result<engine::law::Law> {
        let folder = self.read()?;
        match folder.findings.first() {
            None => Ok(folder.law),
            Some(first) => bail!("the law folder has {} fault(s), the first: {first}; run `fadu law check`", folder.findings.len()),
        }
    }
}

fn gather(root: &Path, folder: &Path, texts: &mut Vec<Text>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            gather(root, &path, texts)?;
        } else if matches!(path.extension().and_then(|ext| ext.to_str()), Some("toml" | "md")) {
            let relative = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .components()
                .map(|part| part.as_os_str().to_string_lossy())
                .collect::<Vec<_>>()
                .join("/");
            texts.push(Text { path: relative, text: std::fs::read_to_string(&path)? });
        }
    }
    Ok(())
}
