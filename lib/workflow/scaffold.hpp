#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"
#include "base/time.hpp"
#include "crypto/keys.hpp"

namespace dbw::workflow {

struct ScaffoldPerson {
  std::string name;
  std::string email;
  std::vector<std::string> groups;      ///< empty: what the profile gives
  std::vector<crypto::PublicKey> keys;  ///< solo needs two: one to ask, one to approve
};
struct ScaffoldMachine {
  std::string name;
  std::string use;  ///< execute | token
  crypto::PublicKey key;
};
struct ScaffoldDatabase {
  std::string name;
  Engine engine;
  std::string server_version;
};
struct ScaffoldOptions {
  std::string profile;  ///< solo | small | team
  std::vector<ScaffoldPerson> people;
  std::vector<ScaffoldMachine> machines;
  std::vector<ScaffoldDatabase> databases;
  std::vector<std::string> environments;
  Timestamp now;
};
struct ScaffoldFile {
  std::string path;
  std::string bytes;
};

/// The files of a new change repository: root, roster and policy version 1, commented, unsigned, plus README.md and
/// .gitattributes. Throws Error{scaffold_people, scaffold_machines} where the profile needs more than it was given,
/// saying what.
std::vector<ScaffoldFile> scaffold(const ScaffoldOptions& options);

}  // namespace dbw::workflow
