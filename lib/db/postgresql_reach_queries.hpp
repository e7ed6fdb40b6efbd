#pragma once

#include <string_view>

/// Private to lib/db: the questions of PostgresqlReach. Operands have the exact types of the server's own operators, so
/// that no overload of a user is called from here.
namespace dbw::db::reach {

inline constexpr std::string_view k_find_relations =
    "SELECT pg_catalog.to_regclass(CASE WHEN r.s = '' THEN pg_catalog.quote_ident(r.n) ELSE"
    " pg_catalog.concat(pg_catalog.quote_ident(r.s), '.', pg_catalog.quote_ident(r.n)) END)::pg_catalog.oid"
    " FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) r(s, n)";
inline constexpr std::string_view k_find_relations_anywhere =
    "SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ANY"
    " ($1::pg_catalog.name[])";
/// Catalogues whose columns hold values of all types (anyarray): pg_attribute, pg_statistic, and what is made of them.
inline constexpr std::string_view k_holders_of_any_type =
    "WITH RECURSIVE holder (id) AS (SELECT a.attrelid FROM pg_catalog.pg_attribute a WHERE a.atttypid ="
    " 2277::pg_catalog.oid UNION SELECT a.attrelid FROM holder JOIN pg_catalog.pg_class c ON c.oid = holder.id JOIN"
    " pg_catalog.pg_type t ON c.reltype <> 0::pg_catalog.oid AND (t.oid = c.reltype OR t.typelem = c.reltype) JOIN"
    " pg_catalog.pg_attribute a ON a.atttypid = t.oid) SELECT holder.id FROM holder";
inline constexpr std::string_view k_find_functions =
    "SELECT p.oid FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.name[]), pg_catalog.unnest($2::pg_catalog.name[])) "
    "r(s, n)"
    " JOIN pg_catalog.pg_proc p ON p.proname = r.n JOIN pg_catalog.pg_namespace x ON x.oid = p.pronamespace"
    " WHERE p.oid >= 16384::pg_catalog.oid AND p.prokind <> 'p' AND (x.nspname = r.s OR"
    " (r.s = ''::pg_catalog.name AND x.nspname = ANY (pg_catalog.current_schemas(true))))";
inline constexpr std::string_view k_find_functions_anywhere =
    "SELECT p.oid FROM pg_catalog.pg_proc p WHERE p.proname = ANY ($1::pg_catalog.name[])";
/// A function is called for t.name where the type of t has no such column; t may have another type than the argument,
/// for a record becomes any row.
inline constexpr std::string_view k_find_members =
    "SELECT p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace x ON x.oid = p.pronamespace"
    " JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[0]"
    " WHERE p.prokind <> 'p' AND p.pronargs >= 1 AND (p.pronargs - p.pronargdefaults <= 1 OR p.provariadic <> "
    "0::pg_catalog.oid) AND p.proname = ANY ($1::pg_catalog.name[])"
    " AND ($3::pg_catalog.bool OR x.nspname = ANY (pg_catalog.current_schemas(true)))"
    // A user's implicit cast makes a row into an argument of another type.
    " AND ($2::pg_catalog.bool OR EXISTS (SELECT FROM pg_catalog.pg_cast k JOIN pg_catalog.pg_type s ON s.oid ="
    " k.castsource WHERE k.oid >= 16384::pg_catalog.oid AND k.castcontext = 'i' AND s.typtype = 'c')"
    " OR t.typtype IN ('p', 'd', 'c'))";
inline constexpr std::string_view k_find_types =
    "SELECT t.oid FROM pg_catalog.pg_type t WHERE t.oid >= 16384::pg_catalog.oid AND t.typname = ANY"
    " ($1::pg_catalog.name[])";
/// Of the server's own those that somebody gave a commutator or negator of his.
inline constexpr std::string_view k_find_operators =
    "SELECT o.oid, o.oprname, o.oprcode::pg_catalog.oid, o.oprcom, o.oprnegate, o.oprleft, o.oprright, NOT EXISTS ("
    "SELECT FROM pg_catalog.pg_operator b WHERE b.oid < 16384::pg_catalog.oid AND b.oprname = o.oprname AND b.oprkind ="
    " o.oprkind), NOT EXISTS (SELECT FROM pg_catalog.pg_operator b WHERE b.oid < 16384::pg_catalog.oid AND b.oprname ="
    " o.oprname AND b.oprleft = 2249::pg_catalog.oid) FROM"
    " pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace x"
    " ON x.oid = o.oprnamespace WHERE (o.oid >= 16384::pg_catalog.oid OR o.oprcom >= 16384::pg_catalog.oid OR"
    " o.oprnegate >= 16384::pg_catalog.oid) AND o.oprname = ANY ($1::pg_catalog.name[])"
    " AND ($2::pg_catalog.bool OR x.nspname = 'pg_catalog'::pg_catalog.name OR x.nspname = ANY"
    " (pg_catalog.current_schemas(true)))";
/// The types, and those that they are made of.
inline constexpr std::string_view k_operand_types =
    "WITH RECURSIVE part (id) AS (SELECT pg_catalog.unnest($1::pg_catalog.oid[]) UNION SELECT x.id FROM part JOIN"
    " pg_catalog.pg_type t ON t.oid = part.id CROSS JOIN LATERAL (VALUES (t.typbasetype), (t.typelem)) x (id) WHERE"
    " x.id <> 0::pg_catalog.oid) SELECT t.oid, t.typtype, t.typbasetype, t.typelem FROM part JOIN pg_catalog.pg_type t"
    " ON t.oid = part.id";
/// What operator classes call for indexes, sorting, hashing and pruning, and nothing in a text shows.
inline constexpr std::string_view k_class_functions =
    "SELECT a.amproclefttype, a.amprocrighttype, a.amproc::pg_catalog.oid, f.opfname FROM pg_catalog.pg_amproc a JOIN"
    " pg_catalog.pg_opfamily f ON f.oid = a.amprocfamily WHERE a.amproc::pg_catalog.oid >= 16384::pg_catalog.oid";
inline constexpr std::string_view k_class_operators =
    "SELECT a.amoplefttype, a.amoprighttype, a.amopopr, f.opfname FROM pg_catalog.pg_amop a JOIN pg_catalog.pg_opfamily"
    " f ON f.oid = a.amopfamily WHERE a.amopopr >= 16384::pg_catalog.oid";
inline constexpr std::string_view k_casts =
    "SELECT k.castsource, k.casttarget, k.castfunc, k.castcontext = 'i', pg_catalog.concat("
    "pg_catalog.format_type(k.castsource, NULL), ' to ', pg_catalog.format_type(k.casttarget, NULL)) FROM "
    "pg_catalog.pg_cast k"
    " WHERE k.oid >= 16384::pg_catalog.oid";

inline constexpr std::string_view k_relations =
    "SELECT c.oid, c.relkind, pg_catalog.concat(x.nspname, '.', c.relname), c.reltype FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace x ON x.oid = c.relnamespace WHERE c.oid = ANY ($1::pg_catalog.oid[])";
inline constexpr std::string_view k_children =
    "SELECT h.inhparent, h.inhrelid FROM pg_catalog.pg_inherits h WHERE h.inhparent = ANY ($1::pg_catalog.oid[])";
/// A partition's bound is worked out with the keys of all tables above it.
inline constexpr std::string_view k_keys_above =
    "WITH RECURSIVE above (leaf, parent) AS (SELECT h.inhrelid, h.inhparent FROM pg_catalog.pg_inherits h JOIN"
    " pg_catalog.pg_class c ON c.oid = h.inhrelid WHERE h.inhrelid = ANY ($1::pg_catalog.oid[]) AND c.relispartition"
    " UNION SELECT above.leaf, h.inhparent FROM above JOIN pg_catalog.pg_inherits h ON h.inhrelid = above.parent)"
    " SELECT above.leaf, 'partition key above', g.partexprs::pg_catalog.text FROM above JOIN"
    " pg_catalog.pg_partitioned_table g ON g.partrelid = above.parent WHERE g.partexprs IS NOT NULL";
inline constexpr std::string_view k_relation_trees =
    "SELECT r.ev_class, '', r.ev_action::pg_catalog.text FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c"
    " ON c.oid = r.ev_class WHERE r.ev_class = ANY ($1::pg_catalog.oid[]) AND r.ev_type = '1' AND c.relkind = 'v'"
    " UNION ALL SELECT p.polrelid, pg_catalog.concat('policy ', p.polname), p.polqual::pg_catalog.text FROM "
    "pg_catalog.pg_policy p"
    " JOIN pg_catalog.pg_class c ON c.oid = p.polrelid WHERE p.polrelid = ANY ($1::pg_catalog.oid[]) AND"
    " c.relrowsecurity AND p.polcmd IN ('r', '*') AND p.polqual IS NOT NULL"
    " UNION ALL SELECT d.adrelid, pg_catalog.concat('column ', a.attname), d.adbin::pg_catalog.text FROM "
    "pg_catalog.pg_attrdef d"
    " JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
    " WHERE d.adrelid = ANY ($1::pg_catalog.oid[]) AND a.attgenerated = 'v'"
    // What the planner may work out by itself, however the statement reads: IMMUTABLE is only declared.
    " UNION ALL SELECT i.indrelid, pg_catalog.concat('index ', n.relname), i.indexprs::pg_catalog.text FROM"
    " pg_catalog.pg_index i JOIN pg_catalog.pg_class n ON n.oid = i.indexrelid"
    " WHERE i.indrelid = ANY ($1::pg_catalog.oid[]) AND i.indexprs IS NOT NULL"
    " UNION ALL SELECT i.indrelid, pg_catalog.concat('index ', n.relname), i.indpred::pg_catalog.text FROM"
    " pg_catalog.pg_index i JOIN pg_catalog.pg_class n ON n.oid = i.indexrelid"
    " WHERE i.indrelid = ANY ($1::pg_catalog.oid[]) AND i.indpred IS NOT NULL"
    " UNION ALL SELECT g.partrelid, 'partition key', g.partexprs::pg_catalog.text FROM pg_catalog.pg_partitioned_table "
    "g"
    " WHERE g.partrelid = ANY ($1::pg_catalog.oid[]) AND g.partexprs IS NOT NULL"
    " UNION ALL SELECT k.conrelid, pg_catalog.concat('constraint ', k.conname), k.conbin::pg_catalog.text FROM"
    " pg_catalog.pg_constraint k WHERE k.conrelid = ANY ($1::pg_catalog.oid[]) AND k.contype = 'c'"
    " UNION ALL SELECT s.stxrelid, pg_catalog.concat('statistics ', s.stxname),"
    " pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(s), 'stxexprs') FROM pg_catalog.pg_statistic_ext s"
    " WHERE s.stxrelid = ANY ($1::pg_catalog.oid[]) AND"
    " pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(s), 'stxexprs') IS NOT NULL";
/// What planning a write or a row lock of the relation looks at besides: rules, both halves of all policies, defaults
/// and generated columns. The server plans before it refuses, so that no query can be said not to.
inline constexpr std::string_view k_write_trees =
    "SELECT r.ev_class, pg_catalog.concat('rule ', r.rulename), pg_catalog.concat(r.ev_qual::pg_catalog.text, ' ',"
    " r.ev_action::pg_catalog.text) FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class"
    // What a materialized view is made of, only REFRESH plans.
    " WHERE r.ev_class = ANY ($1::pg_catalog.oid[]) AND c.relkind <> 'm'"
    " UNION ALL SELECT p.polrelid, pg_catalog.concat('policy ', p.polname), pg_catalog.concat("
    "p.polqual::pg_catalog.text, ' ', p.polwithcheck::pg_catalog.text) FROM pg_catalog.pg_policy p"
    " WHERE p.polrelid = ANY ($1::pg_catalog.oid[])"
    " UNION ALL SELECT d.adrelid, pg_catalog.concat('column ', a.attname), d.adbin::pg_catalog.text FROM"
    " pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
    " WHERE d.adrelid = ANY ($1::pg_catalog.oid[])";
inline constexpr std::string_view k_type_defaults =
    "SELECT t.oid, t.typdefaultbin::pg_catalog.text FROM pg_catalog.pg_type t WHERE t.oid = ANY"
    " ($1::pg_catalog.oid[]) AND t.typdefaultbin IS NOT NULL";
inline constexpr std::string_view k_column_types =
    "SELECT DISTINCT a.attrelid, a.atttypid FROM pg_catalog.pg_attribute a WHERE a.attrelid = ANY"
    " ($1::pg_catalog.oid[]) AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384::pg_catalog.oid";
inline constexpr std::string_view k_types =
    "SELECT t.oid, pg_catalog.concat(x.nspname, '.', t.typname), t.typbasetype, t.typelem, t.typarray,"
    " coalesce(r.rngsubtype, 0::pg_catalog.oid), coalesce(r.rngtypid, 0::pg_catalog.oid),"
    " coalesce(pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(r), 'rngmultitypid'), '0'),"
    // Called for estimates, and for each value.
    " coalesce(r.rngsubdiff::pg_catalog.oid, 0::pg_catalog.oid), coalesce(r.rngcanonical::pg_catalog.oid,"
    " 0::pg_catalog.oid)"
    " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace x ON x.oid = t.typnamespace LEFT JOIN"
    " pg_catalog.pg_range r ON r.rngtypid = t.oid OR pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(r),"
    " 'rngmultitypid') = t.oid::pg_catalog.text WHERE t.oid = ANY ($1::pg_catalog.oid[])";
inline constexpr std::string_view k_field_types =
    "SELECT t.oid, a.atttypid FROM pg_catalog.pg_type t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid"
    " WHERE t.oid = ANY ($1::pg_catalog.oid[]) AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped";
inline constexpr std::string_view k_type_checks =
    "SELECT k.contypid, k.conname, k.conbin::pg_catalog.text FROM pg_catalog.pg_constraint k WHERE k.contypid = ANY"
    " ($1::pg_catalog.oid[]) AND k.conbin IS NOT NULL";
/// Of the server's own those that somebody gave a commutator or negator of his.
inline constexpr std::string_view k_operator_functions =
    "SELECT o.oid, o.oprname, o.oprcode::pg_catalog.oid, o.oprcom, o.oprnegate, o.oprleft, o.oprright FROM"
    " pg_catalog.pg_operator o WHERE o.oid = ANY"
    " ($1::pg_catalog.oid[]) AND (o.oid >= 16384::pg_catalog.oid OR o.oprcom >= 16384::pg_catalog.oid OR o.oprnegate >="
    " 16384::pg_catalog.oid)";
/// The parsed body exists since PostgreSQL 14; to_jsonb() lets older servers answer as well.
inline constexpr std::string_view k_routines =
    "SELECT p.oid, p.proname, pg_catalog.concat(x.nspname, '.', p.proname, '(',"
    " pg_catalog.pg_get_function_identity_arguments(p.oid), ')'), p.prokind, p.provolatile, p.prosecdef, p.proconfig "
    "IS NOT NULL, l.lanname, p.prosrc,"
    " pg_catalog.jsonb_extract_path_text(pg_catalog.to_jsonb(p), 'prosqlbody'), p.proargdefaults::pg_catalog.text, "
    "pg_catalog.array_to_string("
    "pg_catalog.array_append(coalesce(p.proallargtypes, p.proargtypes::pg_catalog.oid[]), p.prorettype), ' ') OPERATOR("
    "pg_catalog.||) pg_catalog.concat(' ', g.aggtranstype, ' ', g.aggmtranstype),"
    " pg_catalog.concat_ws(' ', g.aggtransfn::pg_catalog.oid, g.aggfinalfn::pg_catalog.oid,"
    " g.aggcombinefn::pg_catalog.oid, g.aggserialfn::pg_catalog.oid, g.aggdeserialfn::pg_catalog.oid,"
    " g.aggmtransfn::pg_catalog.oid, g.aggminvtransfn::pg_catalog.oid, g.aggmfinalfn::pg_catalog.oid)"
    " FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace x ON x.oid = p.pronamespace JOIN pg_catalog.pg_language l"
    " ON l.oid = p.prolang LEFT JOIN pg_catalog.pg_aggregate g ON g.aggfnoid = p.oid"
    " WHERE p.oid = ANY ($1::pg_catalog.oid[])";

}  // namespace dbw::db::reach
