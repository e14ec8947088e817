//! What every family of endpoints needs: reading bodies, queries and paths, writing times, words and files, and the
//! documents of the API itself.

pub mod body;
pub mod docs;
pub mod document;
pub mod download;
pub mod methods;
pub mod paging;
pub mod paths;
pub mod query;
pub mod record_file;
pub mod time;
pub mod words;
