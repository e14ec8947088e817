//! insitu-formats
