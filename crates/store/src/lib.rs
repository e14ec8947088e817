//! insitu-store
