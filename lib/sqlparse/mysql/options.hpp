#pragma once

#include <string_view>
#include <vector>

#include "sqlparse/mysql/shape.hpp"

/// Options of tables, and of the way DDL is carried out (ALGORITHM, LOCK).
namespace dbw::sqlparse::mysql {

inline constexpr std::string_view k_engine_option =
    "an option that only some engines know, which may name files and hosts";

/// Words that begin table options, or actions of ALTER TABLE that only rearrange how a table is kept.
inline constexpr std::string_view k_options[] = {"engine",
                                                 "auto_increment",
                                                 "avg_row_length",
                                                 "character",
                                                 "charset",
                                                 "checksum",
                                                 "collate",
                                                 "comment",
                                                 "compression",
                                                 "connection",
                                                 "data",
                                                 "default",
                                                 "delay_key_write",
                                                 "encrypted",
                                                 "encryption",
                                                 "encryption_key_id",
                                                 "fetch",
                                                 "ietf_quotes",
                                                 "index",
                                                 "insert_method",
                                                 "itef_quotes",
                                                 "key_block_size",
                                                 "max_rows",
                                                 "min_rows",
                                                 "pack_keys",
                                                 "page_checksum",
                                                 "page_compressed",
                                                 "page_compression_level",
                                                 "password",
                                                 "row_format",
                                                 "sequence",
                                                 "stats_auto_recalc",
                                                 "stats_persistent",
                                                 "stats_sample_pages",
                                                 "storage",
                                                 "table_checksum",
                                                 "tablespace",
                                                 "transactional",
                                                 "type",
                                                 "union",
                                                 "with",
                                                 "without",
                                                 "autoextend_size",
                                                 "engine_attribute",
                                                 "secondary_engine_attribute",
                                                 "secondary_engine",
                                                 "start"};

/// Steps over the options of CREATE TABLE, up to PARTITION BY or the query; the statement gets them.
void take_table_options(Shape& shape, Cursor& cursor);
/// Options behind the body of CREATE TABLE, or among the actions of ALTER TABLE, that reach outside the database.
void check_table_options(Shape& shape, ByteRange positions);
/// The options between two positions, in their order.
std::vector<Option> read_options(const Tokens& tokens, ByteRange positions);

}  // namespace dbw::sqlparse::mysql
