//! The built page: encodings, caching, the shell for the page's own addresses, and no way out of it.

use playground_server::Config;
use playground_server::page::{Page, PageError};
use tempfile::TempDir;

use crate::running::{JS, JS_BR, JS_GZ, Server, WASM, shell, with_page};

const SCRIPT: &str = "/web-0123456789abcdef.js";

#[test]
fn the_shell_is_asked_for_again_each_time() {
    let server = Server::start(with_page());
    for path in ["/", "/index.html"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, shell().as_bytes());
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-cache");
        assert_eq!(answer.header("vary"), "Accept-Encoding");
        assert!(answer.header("etag").starts_with('"'));
    }
}

#[test]
fn files_named_after_their_content_are_kept_for_ever() {
    let server = Server::start(with_page());
    let wasm = server.get("/web-0123456789abcdef_bg.wasm");
    assert_eq!((wasm.status, wasm.body.as_slice()), (200, WASM));
    assert_eq!(wasm.header("content-type"), "application/wasm");
    for path in [SCRIPT, "/web-0123456789abcdef_bg.wasm"] {
        let cached = server.get(path);
        assert_eq!(cached.header("cache-control"), "public, max-age=31536000, immutable");
    }
    for path in ["/favicon.svg", "/snippets/web-0123456789abcdef/inline0.js"] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-cache"), "{path}");
    }
}

#[test]
fn each_encoding_has_its_own_bytes_and_tag() {
    let server = Server::start(with_page());
    let cases = [
        ("gzip, deflate, br", "br", JS_BR),
        ("gzip", "gzip", JS_GZ),
        ("br;q=0, gzip;q=0.5", "gzip", JS_GZ),
        ("identity", "", JS),
        ("zstd", "", JS),
    ];
    let mut tags = Vec::new();
    for (accept, encoding, bytes) in cases {
        let answer = server.get_with(SCRIPT, &[("accept-encoding", accept)]);
        assert_eq!(answer.status, 200, "{accept}");
        assert_eq!(answer.header("content-encoding"), encoding, "{accept}");
        assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(answer.header("vary"), "Accept-Encoding");
        assert_eq!(answer.body, bytes, "{accept}");
        tags.push(answer.header("etag").to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "{tags:?}");
}

#[test]
fn a_client_that_refuses_every_encoding_is_told_so() {
    let server = Server::start(with_page());
    let refusing = [("accept-encoding", "identity;q=0, zstd")];
    assert_eq!(server.get_with("/favicon.svg", &refusing).status, 406);
    let refusing = [("accept-encoding", "identity;q=0, gzip")];
    assert_eq!(server.get_with(SCRIPT, &refusing).body, JS_GZ);
}

#[test]
fn what_the_client_already_has_is_not_sent_again() {
    let server = Server::start(with_page());
    let brotli = ("accept-encoding", "br");
    let tag = server.get_with(SCRIPT, &[brotli]).header("etag").to_owned();
    let weak = format!("W/{tag}");
    let list = format!("\"other\", {tag}");
    for known in [tag.as_str(), &weak, &list, "*"] {
        let answer = server.get_with(SCRIPT, &[brotli, ("if-none-match", known)]);
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{known}");
        assert_eq!(answer.header("etag"), tag);
        assert_eq!(answer.header("vary"), "Accept-Encoding");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    }
    let split = [brotli, ("if-none-match", "\"other\""), ("if-none-match", &tag)];
    assert_eq!(server.get_with(SCRIPT, &split).status, 304, "a list over two lines");
    for unknown in ["\"other\"", tag.trim_matches('"'), ""] {
        let answer = server.get_with(SCRIPT, &[brotli, ("if-none-match", unknown)]);
        assert_eq!(answer.status, 200, "{unknown}");
    }
    let uncompressed = server.get_with(SCRIPT, &[("if-none-match", &tag)]);
    assert_eq!(uncompressed.status, 200, "the tag of another encoding");
}

#[test]
fn head_is_get_without_the_body() {
    let server = Server::start(with_page());
    for path in ["/", SCRIPT, "/healthz"] {
        let get = server.get(path);
        let head = server.request("HEAD", path, &[], &[]);
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        for name in ["content-length", "content-type", "etag", "cache-control", "vary"] {
            if (path, name) != ("/healthz", "content-length") {
                assert_eq!(head.header(name), get.header(name), "{path} {name}");
            }
        }
    }
}

#[test]
fn other_methods_are_refused_with_those_that_are_not() {
    let server = Server::start(with_page());
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
        for path in ["/", SCRIPT, "/labs/consistent-hashing"] {
            let answer = server.request(method, path, &[], &[]);
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), "GET, HEAD", "{method} {path}");
        }
    }
}

#[test]
fn the_pages_own_addresses_get_the_shell() {
    let server = Server::start(with_page());
    for path in ["/consistent-hashing", "/labs/chat/", "/a/b/c?run=AQID", "/apian", "/%C3%BC"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.body, shell().as_bytes(), "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
    }
}

#[test]
fn missing_files_and_the_servers_own_addresses_do_not() {
    let server = Server::start(with_page());
    for path in [
        "/missing.js",
        "/web-0123456789abcdef.js.br",
        "/web-0123456789abcdef.js.gz",
        "/.hidden",
        "/snippets/missing.js",
        "/api",
        "/api/",
        "/api/unknown",
        "/%61pi/unknown",
        "/ws/unknown",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
    assert_eq!(server.request("POST", "/api/unknown", &[], b"{}").status, 404);
}

#[test]
fn percent_encoding_is_undone_once() {
    let server = Server::start(with_page());
    assert_eq!(server.get("/a%20file.txt").body, b"with a space");
    assert_eq!(server.get("/favicon%2Esvg").body, b"<svg/>");
    assert_eq!(server.get("/a%2520file.txt").status, 404);
    assert_eq!(server.get("/only.gz").status, 200, "a copy of nothing is a file");
}

#[test]
fn no_path_leads_out_of_the_page() {
    let server = Server::start(with_page());
    for path in [
        "/../Cargo.toml",
        "/..",
        "/./index.html",
        "/snippets/../index.html",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e%5c%2e%2e%5cetc%5cpasswd",
        "/..\\..\\etc\\passwd",
        "/index.html%00",
        "/%ff",
        "//../etc/passwd",
        "/snippets/../../../../etc/passwd",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let line = server.status_line(request.as_bytes());
        assert_eq!(line, "HTTP/1.1 404 Not Found", "{path}");
    }
}

#[test]
fn folders_are_not_listed() {
    let server = Server::start(with_page());
    for path in ["/snippets", "/snippets/"] {
        assert_eq!(server.get(path).body, shell().as_bytes(), "{path}");
    }
}

#[test]
fn without_a_page_the_server_says_how_to_build_one() {
    let server = Server::start(Config::default());
    for path in ["/", "/consistent-hashing"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 503, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-store");
        let text = String::from_utf8(answer.body).unwrap();
        assert!(text.contains("cargo xtask play"), "{text}");
    }
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.get("/favicon.ico").status, 404);
}

#[test]
fn a_folder_without_a_shell_is_no_page() {
    let dir = TempDir::new().unwrap();
    for path in [dir.path().to_owned(), dir.path().join("missing")] {
        assert!(matches!(Page::read(&path), Err(PageError::NoShell { dir }) if dir == path));
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_out_of_the_page() {
    let dir = crate::running::built_page();
    let outside = TempDir::new().unwrap();
    std::fs::write(outside.path().join("secret.txt"), "secret").unwrap();
    let link = |to: &std::path::Path, name: &str| {
        std::os::unix::fs::symlink(to, dir.path().join(name)).unwrap();
    };
    link(outside.path(), "linked");
    link(&outside.path().join("secret.txt"), "linked.txt");
    link(dir.path(), "circle");
    let page = Page::read(dir.path()).unwrap();
    let server = Server::start(Config { page, ..Config::default() });
    assert_eq!(server.get("/linked.txt").status, 404);
    assert_eq!(server.get("/linked/secret.txt").status, 404);
}
