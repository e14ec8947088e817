//! insitu-cloud
