//! Cuts the page's program in pieces: what every visit needs, and what a lab needs besides, which is loaded
//! when somebody wants to see that lab.
//!
//! Trunk knows nothing of this. It runs `cargo xtask split` (`Trunk.toml`) when it has built everything, and
//! before it publishes it: then the program, as the compiler has made it and with its relocations, is cut
//! at the functions that bear `#[wasm_split]`, bound to JavaScript once more, and put in the place of what
//! Trunk has made of it. A build without `--release` stays whole, since it is built again and again.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, anyhow, ensure};

use super::{names, worker};
use crate::{command, setup, workspace::target};

/// The page's program, which Trunk calls `playground-web-0123456789abcdef.js` and `…_bg.wasm`.
const PROGRAM: &str = "playground-web";
/// What it is built with: the root Cargo.toml's profile that index.html names.
const PROFILE: &str = "wasm-release";
/// The script that loads the other pieces, as wasm-bindgen and its peers know it.
const LOADER: &str = "__wasm_split.js";

pub(crate) fn run() -> Result<ExitCode> {
    let staging = env::var_os("TRUNK_STAGING_DIR").context("only Trunk runs this task")?;
    let staging = Path::new(&staging);
    if env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release") {
        let pieces = cut()?;
        bind(&pieces)?;
        replace(&pieces, staging)?;
        worker::name_by_content(staging)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Cuts the program, and returns the folder of the pieces.
fn cut() -> Result<PathBuf> {
    let program = target()?.join("wasm32-unknown-unknown").join(PROFILE).join(PROGRAM);
    let program = program.with_extension("wasm");
    let bytes =
        fs::read(&program).with_context(|| format!("could not read {}", program.display()))?;
    let pieces = target()?.join("pieces");
    if pieces.exists() {
        fs::remove_dir_all(&pieces)
            .with_context(|| format!("could not delete {}", pieces.display()))?;
    }
    let whole = pieces.join("whole.wasm");
    let link_name = format!("./{LOADER}");
    let main_module = format!("./{PROGRAM}.js");
    let mut options = wasm_split_cli_support::Options::new(&bytes);
    options.output_dir = &pieces;
    options.main_out_path = &whole;
    options.link_name = &link_name;
    options.main_module = &main_module;
    let split = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("could not cut {} in pieces: {error:#}", program.display()))?;
    ensure!(!split.split_modules.is_empty(), "{} has nothing to be cut off", program.display());
    for piece in &split.split_modules {
        let bytes = fs::read(piece)?;
        let bare = without_custom_sections(&bytes)
            .with_context(|| format!("{} is not WebAssembly", piece.display()))?;
        fs::write(piece, bare)?;
    }
    Ok(pieces)
}

/// Lets wasm-bindgen write the script for the first piece, to which the others are linked.
fn bind(pieces: &Path) -> Result<()> {
    let mut bindgen = std::process::Command::new(setup::wasm_bindgen_cli()?);
    bindgen
        .args(["--target", "web", "--no-typescript", "--out-name", PROGRAM])
        // Without these exports the other pieces have nothing to link to.
        .arg("--keep-lld-exports")
        .args(["--remove-name-section", "--remove-producers-section"]);
    let whole = pieces.join("whole.wasm");
    command::run(bindgen.arg("--out-dir").arg(pieces).arg(&whole))?;
    fs::remove_file(&whole).with_context(|| format!("could not delete {}", whole.display()))
}

/// Puts the pieces in the place of the whole, under names with one hash of all of them: a piece fits only
/// those of its own build.
fn replace(pieces: &Path, staging: &Path) -> Result<()> {
    let shell = staging.join("index.html");
    let html = fs::read_to_string(&shell)
        .with_context(|| format!("could not read {}", shell.display()))?;
    let old = names::stem_in(&html, PROGRAM)
        .with_context(|| format!("{} does not load {PROGRAM}", shell.display()))?;
    for ending in [".js", "_bg.wasm"] {
        let whole = staging.join(format!("{old}{ending}"));
        fs::remove_file(&whole).with_context(|| format!("could not delete {}", whole.display()))?;
    }
    let mut files = Vec::new();
    for name in super::files(pieces)? {
        let name = name.to_str().context("a piece has a name that is not UTF-8")?.to_owned();
        let bytes = fs::read(pieces.join(&name))?;
        files.push((name, bytes));
    }
    let hash = names::hash(files.iter().map(|(_, bytes)| &bytes[..]));
    let renamed = |name: &str| match name.rsplit_once('.') {
        Some((stem, "wasm")) if stem == format!("{PROGRAM}_bg") => {
            format!("{PROGRAM}-{hash}_bg.wasm")
        }
        Some((stem, ending)) => format!("{}-{hash}.{ending}", stem.trim_start_matches('_')),
        None => name.to_owned(),
    };
    for (name, bytes) in &files {
        let to = staging.join(renamed(name));
        let written = if name.ends_with(".js") {
            let script = std::str::from_utf8(bytes).context("a script is not UTF-8")?;
            // Only where a file is meant: the program knows the loader by its old name.
            let script = files.iter().fold(script.to_owned(), |script, (name, _)| {
                let renamed = renamed(name);
                script
                    .replace(&format!("from \"./{name}\""), &format!("from \"./{renamed}\""))
                    .replace(&format!("new URL(\"./{name}\""), &format!("new URL(\"./{renamed}\""))
            });
            fs::write(&to, script)
        } else {
            fs::write(&to, bytes)
        };
        written.with_context(|| format!("could not write {}", to.display()))?;
    }
    let preload = format!(
        "<link rel=\"modulepreload\" href=\"/{}\" crossorigin=\"anonymous\"></head>",
        renamed(LOADER)
    );
    let html = html.replace(&old, &format!("{PROGRAM}-{hash}")).replace("</head>", &preload);
    fs::write(&shell, html).with_context(|| format!("could not write {}", shell.display()))
}

/// A module without names of functions and the like, which no browser needs. `None` if it is no module.
fn without_custom_sections(module: &[u8]) -> Option<Vec<u8>> {
    const HEADER: usize = 8;
    let mut bare = module.get(..HEADER).filter(|header| header.starts_with(b"\0asm"))?.to_vec();
    let mut rest = &module[HEADER..];
    while let Some((&id, after)) = rest.split_first() {
        let (size, size_bytes) = leb128(after)?;
        let section = rest.get(..1 + size_bytes + size)?;
        if id != 0 {
            bare.extend_from_slice(section);
        }
        rest = &rest[section.len()..];
    }
    Some(bare)
}

/// An unsigned number as WebAssembly writes it, and how many bytes it takes.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut number = 0_u64;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(number).ok()?, place + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scratch;
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn custom_sections_go_and_others_stay() {
        let long = [&[3, 0x80, 1][..], &[7; 128]].concat();
        let module = [HEADER, &[0, 2, 1, b'n'], &long, &[0, 1, 0], &[10, 1, 5]].concat();
        let bare = [HEADER, &long, &[10, 1, 5]].concat();
        assert_eq!(without_custom_sections(&module), Some(bare));
    }

    #[test]
    fn what_is_no_module_is_refused() {
        for bytes in [&b""[..], b"\0as", b"<!doctype", &[HEADER, &[3, 200, 1]].concat()] {
            assert_eq!(without_custom_sections(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn the_pieces_find_each_other_under_their_new_names() {
        let scratch = Scratch::new("pieces");
        let old = "playground-web-123456789abcdef";
        let shell = format!(
            "<head><script>import init from '/{old}.js'; init('/{old}_bg.wasm');</script></head>"
        );
        scratch.write("staging/index.html", &shell);
        scratch.write(&format!("staging/{old}.js"), "whole");
        scratch.write(&format!("staging/{old}_bg.wasm"), "whole");
        let script = "import * as a from \"./__wasm_split.js\"\nconst imports = { \"./__wasm_split.js\": a };";
        scratch.write("pieces/playground-web.js", script);
        scratch.write("pieces/playground-web_bg.wasm", "first");
        let loader = "import { initSync } from \"./playground-web.js\";\nfetch(new URL(\"./split_lab.wasm\", import.meta.url))";
        scratch.write("pieces/__wasm_split.js", loader);
        scratch.write("pieces/split_lab.wasm", "second");
        let staging = scratch.built().join("staging");
        replace(&scratch.built().join("pieces"), &staging).unwrap();

        let html = fs::read_to_string(staging.join("index.html")).unwrap();
        let stem = names::stem_in(&html, PROGRAM).unwrap();
        assert_ne!(stem, old);
        let hash = stem.strip_prefix("playground-web-").unwrap();
        assert!(html.contains(&format!("href=\"/wasm_split-{hash}.js\"")), "{html}");
        let read = |name: String| fs::read_to_string(staging.join(name)).unwrap();
        let script = read(format!("{stem}.js"));
        assert!(script.contains(&format!("from \"./wasm_split-{hash}.js\"")), "{script}");
        assert!(script.contains("{ \"./__wasm_split.js\": a }"), "{script}");
        let loader = read(format!("wasm_split-{hash}.js"));
        assert!(loader.contains(&format!("from \"./{stem}.js\"")), "{loader}");
        assert!(loader.contains(&format!("new URL(\"./split_lab-{hash}.wasm\"")), "{loader}");
        assert_eq!(read(format!("{stem}_bg.wasm")), "first");
        assert_eq!(read(format!("split_lab-{hash}.wasm")), "second");
        assert_eq!(super::super::files(&staging).unwrap().len(), 5, "nothing else is left");
    }
}
