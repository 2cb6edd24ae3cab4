//! The README's pictures: drawn from the interface itself, so that they cannot be out of date.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use guide::interface::svg::{Picture, screenshot};
use guide_common::sop::plan::Lang;

const SIZE: (u16, u16) = (100, 30);

/// Writes the pictures.
pub fn draw() -> anyhow::Result<()> {
    std::fs::create_dir_all(folder())?;
    for (file, svg) in pictures()? {
        std::fs::write(&file, svg).with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

/// Fails where a picture is not what the interface draws.
pub fn check() -> anyhow::Result<()> {
    for (file, svg) in pictures()? {
        let drawn = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        anyhow::ensure!(
            drawn == svg,
            "{name} is not what the interface draws: run `cargo xtask screenshots` and look at it"
        );
    }
    println!("the pictures are current");
    Ok(())
}

fn pictures() -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut pictures = Vec::new();
    for picture in Picture::ALL {
        for (lang, ending) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            let svg = screenshot(picture, lang, "night", SIZE).map_err(|error| anyhow!("drawing: {error:?}"))?;
            pictures.push((folder().join(format!("{}-{ending}.svg", picture.name())), svg));
        }
    }
    Ok(pictures)
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/pictures"))
}
