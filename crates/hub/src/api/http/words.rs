//! The words that have a fixed set of values, as the OpenAPI document names them.
//!
//! The types here hold nothing: they lend the words of `model` to the document, so that both say the same.

use std::borrow::Cow;

use insitu_model::{audit, export, import, job, role, storage, task, url_record};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! documented_words {
    ($($name:ident = $words:expr;)+) => {$(
        #[doc = concat!("`", stringify!($name), "` in the document.")]
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some($words.iter().copied())).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

documented_words! {
    OrganizationRole = role::OrganizationRole::WORDS;
    ProjectRole = role::ProjectRole::WORDS;
    AccessType = storage::AccessType::WORDS;
    Verification = storage::Verification::WORDS;
    ImportState = import::ImportState::WORDS;
    OnError = import::OnError::WORDS;
    OnDuplicate = import::OnDuplicate::WORDS;
    Stage = task::Stage::WORDS;
    ReviewStatus = task::ReviewStatus::WORDS;
    ExportFormat = export::ExportFormat::WORDS;
    JobState = job::JobState::WORDS;
    MaskKind = export::MaskKind::WORDS;
    RasterRule = export::RasterRule::WORDS;
    AuditAction = audit::AuditAction::WORDS;
    UrlPurpose = url_record::UrlPurpose::WORDS;
    AssetState = ["active", "deleted"];
    AssetChangeKind = ["batches", "priority", "delete", "restore", "unknown"];
    JobKind = ["import", "export", "assetChange"];
    JobUnit = ["rows", "files", "tasks", "assets"];
}
