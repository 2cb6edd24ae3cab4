//! The README's pictures: drawn from the interface itself, so that they cannot be out of date.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use guide::interface::svg::{Picture, screenshot};
use guide_common::sop::plan::Lang;
use guide_tests::program::command;

/// The lesson that the README shows.
const LESSON: &str = "first-day";
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
    for (lang, ending) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let file = folder().join(format!("lesson-{ending}.svg"));
        let svg = film(lang, &file)?;
        pictures.push((file, svg));
    }
    Ok(pictures)
}

/// A lesson's solution as it is played over the real programs, as an animated picture.
fn film(lang: Lang, file: &Path) -> anyhow::Result<String> {
    let temp = tempfile::tempdir()?;
    let made = temp.path().join("film.svg");
    let lang = if lang == Lang::Zh { "zh" } else { "en" };
    let mut guide = command("guide", temp.path());
    guide.args(["--lang", lang, "demo", "--lesson", LESSON, "--record"]).arg(&made).env_remove("GUIDE_HOME");
    let output = guide.output().context("starting guide")?;
    anyhow::ensure!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    std::fs::read_to_string(&made).context("reading the film")
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/pictures"))
}
