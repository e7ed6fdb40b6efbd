#pragma once

namespace dbw::cli {

/// SIGPIPE ignored, so that a closed pipe is an error and not a death; SIGINT and SIGTERM counted for interrupted(),
/// without SA_RESTART, so that waits end. A signal the caller had ignored (nohup) stays ignored.
void install_signal_handlers();

}  // namespace dbw::cli
