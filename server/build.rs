//! Embeds what browsers fetch: the stylesheet, the font, the icon, and the browser bundle when `dist/pkg` holds one.
//! Every file is named by the hash of what it holds and compressed beforehand, so one binary is enough to run.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for watched in ["app/style", "app/public", "dist/pkg"] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    let mut code = String::from("pub static FILES: &[File] = &[\n");
    let font = embed(
        &mut code,
        &out,
        "source-serif-4-600",
        "woff2",
        "font/woff2",
        fs::read(root.join("app/public/fonts/source-serif-4-600.woff2"))?,
    )?;
    let icon = embed(&mut code, &out, "favicon", "svg", "image/svg+xml", fs::read(root.join("app/public/favicon.svg"))?)?;
    let style = stylesheet(&root.join("app/style"))?.replace("/fonts/source-serif-4-600.woff2", &font);
    let style = embed(&mut code, &out, "cohortium", "css", "text/css; charset=utf-8", style.into_bytes())?;
    let mut bundles = Vec::new();
    for name in ["cohortium", "cohortium-guests"] {
        let (js, wasm) = (root.join(format!("dist/pkg/{name}.js")), root.join(format!("dist/pkg/{name}_bg.wasm")));
        bundles.push(if js.exists() && wasm.exists() {
            let js = embed(&mut code, &out, name, "js", "text/javascript; charset=utf-8", fs::read(js)?)?;
            let wasm = embed(&mut code, &out, name, "wasm", "application/wasm", fs::read(wasm)?)?;
            format!("Some((\"{js}\", \"{wasm}\"))")
        } else {
            "None".to_owned()
        });
    }
    code.push_str("];\n");
    writeln!(code, "pub const STYLESHEET: &str = \"{style}\";\npub const FONT: &str = \"{font}\";\npub const ICON: &str = \"{icon}\";")?;
    writeln!(code, "pub const STAFF_BUNDLE: Option<(&str, &str)> = {};", bundles[0])?;
    writeln!(code, "pub const GUEST_BUNDLE: Option<(&str, &str)> = {};", bundles[1])?;
    let robots = root.join("app/public/robots.txt").canonicalize()?;
    writeln!(code, "pub const ROBOTS: &str = include_str!({robots:?});")?;
    fs::write(out.join("assets.rs"), code)?;
    Ok(())
}

/// The numbered sheets in order, without comments and needless white space.
fn stylesheet(folder: &Path) -> Result<String, std::io::Error> {
    let mut sheets: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    sheets.retain(|sheet| sheet.extension().is_some_and(|ending| ending == "css"));
    sheets.sort();
    let mut style = String::new();
    for sheet in sheets {
        let mut text = fs::read_to_string(sheet)?;
        while let Some(from) = text.find("/*") {
            let to = text[from..].find("*/").map_or(text.len(), |end| from + end + 2);
            text.replace_range(from..to, "");
        }
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            style.push_str(line);
            style.push('\n');
        }
    }
    Ok(style)
}

/// Writes the three forms of a file and its line of code; answers the path it is served at.
fn embed(
    code: &mut String,
    out: &Path,
    name: &str,
    ending: &str,
    kind: &str,
    plain: Vec<u8>,
) -> Result<String, Box<dyn std::error::Error>> {
    let hash: String = Sha256::digest(&plain).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let file = format!("{name}-{hash}.{ending}");
    let mut brotli = Vec::new();
    brotli::CompressorWriter::new(&mut brotli, 4096, 11, 22).write_all(&plain)?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&plain)?;
    let gzip = gzip.finish()?;
    for (form, bytes) in [("", &plain), (".br", &brotli), (".gz", &gzip)] {
        fs::write(out.join(format!("{file}{form}")), bytes)?;
    }
    let include = |form: &str| format!("include_bytes!({:?})", out.join(format!("{file}{form}")));
    // A font is compressed already: the packed forms only serve where they are smaller.
    let packed = |form: &str, bytes: &[u8]| if bytes.len() < plain.len() { format!("Some({})", include(form)) } else { "None".to_owned() };
    writeln!(
        code,
        "    File {{ name: \"{file}\", kind: \"{kind}\", plain: {}, brotli: {}, gzip: {} }},",
        include(""),
        packed(".br", &brotli),
        packed(".gz", &gzip)
    )?;
    Ok(format!("/assets/{file}"))
}
