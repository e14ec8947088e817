//! The properties of an asset that a list may give, by the names they have there.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Data,
    ExternalId,
    Width,
    Height,
    Metadata,
    ContextData,
    Batches,
    Attachments,
    Dataset,
    Storage,
    Priority,
    Objects,
    Tools,
    Classifications,
    Relations,
}

impl Field {
    pub const ALL: [Self; 15] = [
        Self::Data,
        Self::ExternalId,
        Self::Width,
        Self::Height,
        Self::Metadata,
        Self::ContextData,
        Self::Batches,
        Self::Attachments,
        Self::Dataset,
        Self::Storage,
        Self::Priority,
        Self::Objects,
        Self::Tools,
        Self::Classifications,
        Self::Relations,
    ];

    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "data" => Self::Data,
            "externalId" => Self::ExternalId,
            "width" => Self::Width,
            "height" => Self::Height,
            "metadata" => Self::Metadata,
            "contextData" => Self::ContextData,
            "batches" => Self::Batches,
            "attachments" => Self::Attachments,
            "dataset" => Self::Dataset,
            "storage" => Self::Storage,
            "priority" => Self::Priority,
            "objects" => Self::Objects,
            "tools" => Self::Tools,
            "classifications" => Self::Classifications,
            "relations" => Self::Relations,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::ExternalId => "externalId",
            Self::Width => "width",
            Self::Height => "height",
            Self::Metadata => "metadata",
            Self::ContextData => "contextData",
            Self::Batches => "batches",
            Self::Attachments => "attachments",
            Self::Dataset => "dataset",
            Self::Storage => "storage",
            Self::Priority => "priority",
            Self::Objects => "objects",
            Self::Tools => "tools",
            Self::Classifications => "classifications",
            Self::Relations => "relations",
        }
    }

    /// One bit for each field, to see which came before.
    pub fn bit(self) -> u32 {
        1 << self as u32
    }
}
