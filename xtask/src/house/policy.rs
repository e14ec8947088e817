//! The rules of ARCHITECTURE.md that are checked, as data. An exception stands here with its reason or nowhere.

/// Who may use whom among our crates. Whatever is not listed may not; `xtask` and `insitu-bench` may use anything.
pub const ARROWS: &[(&str, &[&str])] = &[
    ("insitu-model", &[]),
    ("insitu-formats", &["insitu-model"]),
    ("insitu-store", &["insitu-model"]),
    ("insitu-cloud", &["insitu-model"]),
    (
        "insitu-hub",
        &["insitu-store", "insitu-cloud", "insitu-formats", "insitu-model"],
    ),
    // Runs alone: our client and our server must not share a misunderstanding.
    ("insitu-sandbox", &[]),
];

/// The hub is one crate, so its modules are held apart here.
pub const HUB: &str = "crates/hub/src";

/// What holds the modules together, and what is there for tests only.
pub const HUB_ROOT: &[&str] = &["lib", "main", "codes_tests", "testing"];

/// The state of a running hub holds one of each, and each is handed it: its ways lead everywhere.
pub const HUB_STATE: &str = "hub";

/// Who may use whom in the hub: only those that stand above, so that no way leads in a circle.
pub const HUB_MODULES: &[(&str, &[&str])] = &[
    (HUB_STATE, &[]),
    ("ambient", &[]),
    ("disk", &[]),
    ("envelope", &[]),
    ("error", &[]),
    ("failure", &[]),
    ("logs", &[]),
    ("panics", &[]),
    ("vault", &[]),
    ("web", &[]),
    ("config", &["failure"]),
    ("audit", &[]),
    ("batches", &["audit"]),
    ("auth", &["error", "vault"]),
    ("people", &["audit", "auth", "error"]),
    ("own_files", &["disk", "error"]),
    (
        "cloud_access",
        &["audit", "config", "error", "failure", "own_files", "vault"],
    ),
    ("own_storage", &["cloud_access", "config", "failure", "own_files"]),
    ("ledger", &["auth", "cloud_access", "disk", "error"]),
    ("page_policy", &["own_files"]),
    ("try_out", &["auth", "error"]),
    (
        "jobs",
        &[
            "audit",
            "auth",
            "batches",
            "cloud_access",
            "disk",
            "error",
            "ledger",
            "own_files",
            "panics",
        ],
    ),
    (
        "start",
        &[
            "ambient",
            "auth",
            "cloud_access",
            "config",
            "disk",
            "failure",
            "jobs",
            "ledger",
            "own_files",
            "own_storage",
            "vault",
        ],
    ),
    (
        "api",
        &[
            "audit",
            "auth",
            "batches",
            "cloud_access",
            "envelope",
            "error",
            "jobs",
            "ledger",
            "own_files",
            "page_policy",
            "panics",
            "people",
            "try_out",
            "vault",
            "web",
        ],
    ),
    (
        "cli",
        &[
            "ambient",
            "api",
            "auth",
            "config",
            "failure",
            "jobs",
            "logs",
            "own_storage",
            "people",
            "start",
        ],
    ),
];

/// Libraries that only the named crates may use. The benchmarks measure floors with some of them.
pub const RESERVED: &[(&str, &[&str])] = &[
    ("rusqlite", &["insitu-store", "insitu-bench"]),
    ("postgres", &["insitu-store"]),
    ("tokio-postgres", &["insitu-store"]),
    ("axum", &["insitu-hub"]),
    ("axum-extra", &["insitu-hub"]),
    ("tower-http", &["insitu-hub"]),
    ("utoipa", &["insitu-hub"]),
    ("utoipa-axum", &["insitu-hub"]),
    ("reqwest", &["insitu-cloud", "insitu-hub"]),
    (
        "tokio",
        &[
            "insitu-cloud",
            "insitu-store",
            "insitu-hub",
            "insitu-sandbox",
            "insitu-bench",
        ],
    ),
    ("s3s", &["insitu-sandbox"]),
];

/// A text that may not stand in some files.
#[derive(Debug)]
pub struct Word {
    pub word: &'static str,
    /// Where it may not stand: beginnings of paths.
    pub under: &'static [&'static str],
    /// Where it may all the same.
    pub except: &'static [&'static str],
    pub reason: &'static str,
}

const NO_SQL: &str = "SQL stands only in crates/store";
const NO_IO: &str = "model and formats do no I/O";
const NO_SKIPPING: &str = "a test that does not run proves nothing";
const RUST_AND_PYTHON: &[&str] = &["crates/", "tests/", "xtask/"];
/// The benchmarks measure what a query costs without the store, and nothing else of theirs knows a table.
const HOME_OF_SQL: &[&str] = &["crates/store/", "bench/src/floor/", "xtask/src/house/"];
const PURE: &[&str] = &["crates/model/src/", "crates/formats/src/"];

const fn sql(word: &'static str) -> Word {
    Word {
        word,
        under: &["crates/", "bench/"],
        except: HOME_OF_SQL,
        reason: NO_SQL,
    }
}

const fn io(word: &'static str) -> Word {
    Word {
        word,
        under: PURE,
        except: &[],
        reason: NO_IO,
    }
}

const fn skipping(word: &'static str) -> Word {
    Word {
        word,
        under: &["crates/", "tests/", "web/", "bench/"],
        except: &[],
        reason: NO_SKIPPING,
    }
}

pub const WORDS: &[Word] = &[
    sql("\"SELECT "),
    sql("\"INSERT INTO "),
    sql("\"DELETE FROM "),
    sql("\"CREATE TABLE "),
    sql("\"UPDATE "),
    io("std::fs"),
    // Addresses as values are fine; connections and look-ups are not.
    io("TcpStream"),
    io("TcpListener"),
    io("UdpSocket"),
    io("ToSocketAddrs"),
    io("std::env"),
    io("std::process"),
    io("std::thread"),
    skipping("#[ignore"),
    skipping("mark.skip"),
    skipping("mark.xfail"),
    skipping("test.skip("),
    skipping("it.skip("),
    skipping("describe.skip("),
    skipping("test.fixme("),
    Word {
        word: "waitForTimeout(",
        under: &["web/"],
        except: &[],
        reason: "wait for what should happen, not for time",
    },
    Word {
        word: "console.log(",
        under: &["web/src/"],
        except: &[],
        reason: "the console is not a page",
    },
    Word {
        word: "dbg!(",
        under: RUST_AND_PYTHON,
        except: &["xtask/src/house/"],
        reason: "left over",
    },
];

/// A file is one idea.
pub const LONGEST_FILE_LINES: usize = 400;

/// Kinds of files whose length counts.
pub const COUNTED: &[&str] = &["rs", "ts", "svelte", "py", "css"];

/// Generated files and data: nobody reads them from top to bottom.
pub const UNCOUNTED: &[&str] = &["web/src/lib/api/schema.d.ts"];

/// Licences that may come in with a dependency.
pub const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Licences that may come in with a package of the interface besides.
pub const NPM_LICENCES: &[&str] = &[
    // Tools that build and test, which no page carries.
    "BlueOak-1.0.0",
    "MPL-2.0",
    "Python-2.0",
    // The fonts, as files of their own beside their texts.
    "OFL-1.1",
];

/// Packages of npm that name their licence in a file only.
pub const UNSAID: &[(&str, &str)] = &[("svelte-toolbelt", "MIT")];

/// Direct dependencies that are in the build more than once, and why that is right for now.
pub const DOUBLED: &[(&str, &str)] = &[
    ("base64", "postgres-protocol has not moved to the newer one yet"),
    (
        "getrandom",
        "ring, governor and rand still ask for older ones; ours is the one that is handed in",
    ),
    ("jiff", "reqsign-core has not moved to 1.0 yet"),
    (
        "quick-xml",
        "s3s reads XML with an older one, in the sandbox alone",
    ),
    ("tower-http", "reqwest follows redirects with an older one"),
];
