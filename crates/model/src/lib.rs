//! insitu-model
