//! Builds the browser bundles into `dist/pkg`, guests' and staff's: the islands compiled to WebAssembly, bound with the wasm-bindgen
//! of the version in Cargo.lock, and shrunk by the npm package `binaryen`'s `wasm-opt`; the script beside it is shrunk by `terser`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use wasm_bindgen_cli_support::Bindgen;

/// The features Chromium, Firefox and Safari all take. `--all-features` makes a module Chromium refuses.
const WASM_FEATURES: [&str; 6] =
    ["bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue"];

/// What guests' pages load, and what staff's do: the feature of `app`, and the name of the files.
const BUNDLES: [(&str, &str); 2] = [("guests", "cohortium-guests"), ("hydrate", "cohortium")];

fn main() -> ExitCode {
    for (feature, name) in BUNDLES {
        match build(feature, name) {
            Ok(bytes) => println!("bundle: dist/pkg/{name}_bg.wasm, {} kB", bytes / 1000),
            Err(why) => {
                eprintln!("bundle: {why}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn build(feature: &str, name: &str) -> Result<u64, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace root")?.to_path_buf();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let pkg = root.join("dist/pkg");

    run(Command::new("cargo")
        .current_dir(&root)
        .env_remove("RUSTFLAGS")
        .args(["build", "--package", "app", "--lib", "--target", "wasm32-unknown-unknown"])
        .args(["--profile", "wasm-release", "--no-default-features", "--features", feature])
        .arg("--target-dir")
        .arg(&target))?;

    Bindgen::new()
        .input_path(target.join("wasm32-unknown-unknown/wasm-release/app.wasm"))
        .out_name(name)
        .web(true)
        .and_then(|bindgen| bindgen.typescript(false).remove_name_section(true).remove_producers_section(true).generate(&pkg))
        .map_err(|why| format!("wasm-bindgen: {why}"))?;

    let wasm = pkg.join(format!("{name}_bg.wasm"));
    let mut wasm_opt = Command::new("node");
    // Control flow is laid out anew before shrinking, twice: 1 % less after compression than shrinking alone.
    wasm_opt.arg(root.join("node_modules/binaryen/bin/wasm-opt")).args(["--flatten", "--rereloop", "-Oz", "-Oz"]);
    for feature in WASM_FEATURES {
        wasm_opt.arg(format!("--enable-{feature}"));
    }
    run(wasm_opt.arg(&wasm).arg("-o").arg(&wasm))?;

    let script = pkg.join(format!("{name}.js"));
    let mut terser = Command::new("node");
    terser.arg(root.join("node_modules/terser/bin/terser")).arg(&script);
    run(terser.args(["--module", "--compress", "--mangle", "--output"]).arg(&script))?;
    std::fs::metadata(&wasm).map(|file| file.len()).map_err(|why| format!("{}: {why}", wasm.display()))
}

fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|why| format!("cannot start {command:?}: {why}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} ended with {status}")) }
}
