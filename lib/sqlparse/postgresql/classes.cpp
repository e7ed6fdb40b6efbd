#include "sqlparse/postgresql/classes.hpp"

#include <algorithm>
#include <iterator>

namespace dbw::sqlparse::postgresql {
namespace {

using K = StatementKind;
using C = StatementClass;

constexpr StatementRow k_statements[] = {
    {"SelectStmt", K::select, C::read, "SELECT"},
    {"ReturnStmt", K::other, C::read, "RETURN"},
    {"VariableShowStmt", K::show, C::read, "SHOW"},
    {"ExplainStmt", K::explain, C::read, "EXPLAIN"},

    {"InsertStmt", K::insert, C::dml, "INSERT"},
    {"UpdateStmt", K::update, C::dml, "UPDATE"},
    {"DeleteStmt", K::delete_, C::dml, "DELETE"},
    {"MergeStmt", K::merge, C::dml, "MERGE"},
    {"CopyStmt", K::copy, C::dml, "COPY"},

    {"CreateStmt", K::create_table, C::ddl, "CREATE TABLE"},
    {"CreateTableAsStmt", K::create_table_as, C::ddl, "CREATE TABLE AS"},
    {"AlterTableStmt", K::alter_table, C::ddl, "ALTER TABLE"},
    {"DropStmt", K::drop, C::ddl, "DROP"},
    {"TruncateStmt", K::truncate, C::ddl, "TRUNCATE"},
    {"IndexStmt", K::create_index, C::ddl, "CREATE INDEX"},
    {"ViewStmt", K::create_view, C::ddl, "CREATE VIEW"},
    {"RefreshMatViewStmt", K::refresh_view, C::ddl, "REFRESH MATERIALIZED VIEW"},
    {"CreateSeqStmt", K::create_sequence, C::ddl, "CREATE SEQUENCE"},
    {"AlterSeqStmt", K::alter_sequence, C::ddl, "ALTER SEQUENCE"},
    {"CompositeTypeStmt", K::create_type, C::ddl, "CREATE TYPE"},
    {"CreateEnumStmt", K::create_type, C::ddl, "CREATE TYPE"},
    {"CreateRangeStmt", K::create_type, C::ddl, "CREATE TYPE"},
    {"CreateDomainStmt", K::create_type, C::ddl, "CREATE DOMAIN"},
    {"DefineStmt", K::other, C::ddl, "CREATE"},
    {"AlterEnumStmt", K::alter_type, C::ddl, "ALTER TYPE"},
    {"AlterTypeStmt", K::alter_type, C::ddl, "ALTER TYPE"},
    {"AlterDomainStmt", K::alter_domain, C::ddl, "ALTER DOMAIN"},
    {"CreateFunctionStmt", K::create_function, C::ddl, "CREATE FUNCTION"},
    {"AlterFunctionStmt", K::other, C::ddl, "ALTER FUNCTION"},
    {"CreateTrigStmt", K::create_trigger, C::ddl, "CREATE TRIGGER"},
    {"CreateSchemaStmt", K::create_schema, C::ddl, "CREATE SCHEMA"},
    {"CommentStmt", K::comment, C::ddl, "COMMENT"},
    {"RenameStmt", K::alter_table, C::ddl, "RENAME"},
    {"AlterObjectSchemaStmt", K::alter_table, C::ddl, "SET SCHEMA"},
    {"AlterObjectDependsStmt", K::other, C::ddl, "DEPENDS ON EXTENSION"},
    {"RuleStmt", K::create_rule, C::ddl, "CREATE RULE"},
    {"ReplicaIdentityStmt", K::alter_table, C::ddl, "REPLICA IDENTITY"},
    {"CreateStatsStmt", K::other, C::ddl, "CREATE STATISTICS"},
    {"AlterStatsStmt", K::other, C::ddl, "ALTER STATISTICS"},
    {"AlterCollationStmt", K::other, C::ddl, "ALTER COLLATION"},
    {"AlterOperatorStmt", K::other, C::ddl, "ALTER OPERATOR"},
    {"CreateOpClassStmt", K::other, C::ddl, "CREATE OPERATOR CLASS"},
    {"CreateOpFamilyStmt", K::other, C::ddl, "CREATE OPERATOR FAMILY"},
    {"AlterOpFamilyStmt", K::other, C::ddl, "ALTER OPERATOR FAMILY"},
    {"CreateConversionStmt", K::other, C::ddl, "CREATE CONVERSION"},
    {"CreateCastStmt", K::other, C::ddl, "CREATE CAST"},
    {"CreateTransformStmt", K::other, C::ddl, "CREATE TRANSFORM"},
    {"AlterTSDictionaryStmt", K::other, C::ddl, "ALTER TEXT SEARCH DICTIONARY"},
    {"AlterTSConfigurationStmt", K::other, C::ddl, "ALTER TEXT SEARCH CONFIGURATION"},

    {"GrantStmt", K::grant, C::privilege, "GRANT"},
    {"GrantRoleStmt", K::grant, C::privilege, "GRANT role"},
    {"AlterDefaultPrivilegesStmt", K::grant, C::privilege, "ALTER DEFAULT PRIVILEGES"},
    {"CreateRoleStmt", K::role, C::privilege, "CREATE ROLE"},
    {"AlterRoleStmt", K::role, C::privilege, "ALTER ROLE"},
    {"DropRoleStmt", K::role, C::privilege, "DROP ROLE"},
    {"AlterOwnerStmt", K::other, C::privilege, "OWNER TO"},
    {"ReassignOwnedStmt", K::role, C::privilege, "REASSIGN OWNED"},
    {"DropOwnedStmt", K::role, C::privilege, "DROP OWNED"},
    {"CreatePolicyStmt", K::policy, C::privilege, "CREATE POLICY"},
    {"AlterPolicyStmt", K::policy, C::privilege, "ALTER POLICY"},
    {"SecLabelStmt", K::other, C::privilege, "SECURITY LABEL"},
    {"CreateUserMappingStmt", K::other, C::privilege, "CREATE USER MAPPING"},
    {"AlterUserMappingStmt", K::other, C::privilege, "ALTER USER MAPPING"},
    {"DropUserMappingStmt", K::other, C::privilege, "DROP USER MAPPING"},

    {"AlterSystemStmt", K::alter_system, C::admin, "ALTER SYSTEM"},
    {"AlterRoleSetStmt", K::role, C::admin, "ALTER ROLE ... SET"},
    {"AlterDatabaseSetStmt", K::other, C::admin, "ALTER DATABASE ... SET"},
    {"AlterDatabaseStmt", K::other, C::admin, "ALTER DATABASE"},
    {"AlterDatabaseRefreshCollStmt", K::other, C::admin, "ALTER DATABASE"},
    {"CreatedbStmt", K::create_database, C::admin, "CREATE DATABASE"},
    {"DropdbStmt", K::drop, C::admin, "DROP DATABASE"},
    {"CreateTableSpaceStmt", K::other, C::admin, "CREATE TABLESPACE"},
    {"DropTableSpaceStmt", K::drop, C::admin, "DROP TABLESPACE"},
    {"AlterTableSpaceOptionsStmt", K::other, C::admin, "ALTER TABLESPACE"},
    {"AlterTableMoveAllStmt", K::other, C::admin, "ALTER ... ALL IN TABLESPACE"},
    {"CreateExtensionStmt", K::create_extension, C::admin, "CREATE EXTENSION"},
    {"AlterExtensionStmt", K::create_extension, C::admin, "ALTER EXTENSION"},
    {"AlterExtensionContentsStmt", K::create_extension, C::admin, "ALTER EXTENSION"},
    {"CreatePublicationStmt", K::other, C::admin, "CREATE PUBLICATION"},
    {"AlterPublicationStmt", K::other, C::admin, "ALTER PUBLICATION"},
    {"CreateSubscriptionStmt", K::other, C::admin, "CREATE SUBSCRIPTION"},
    {"AlterSubscriptionStmt", K::other, C::admin, "ALTER SUBSCRIPTION"},
    {"DropSubscriptionStmt", K::drop, C::admin, "DROP SUBSCRIPTION"},
    {"CreateFdwStmt", K::other, C::admin, "CREATE FOREIGN DATA WRAPPER"},
    {"AlterFdwStmt", K::other, C::admin, "ALTER FOREIGN DATA WRAPPER"},
    {"CreateForeignServerStmt", K::other, C::admin, "CREATE SERVER"},
    {"AlterForeignServerStmt", K::other, C::admin, "ALTER SERVER"},
    {"CreateForeignTableStmt", K::create_table, C::admin, "CREATE FOREIGN TABLE"},
    {"ImportForeignSchemaStmt", K::other, C::admin, "IMPORT FOREIGN SCHEMA"},
    {"CreateAmStmt", K::other, C::admin, "CREATE ACCESS METHOD"},
    {"CreatePLangStmt", K::other, C::admin, "CREATE LANGUAGE"},
    {"CreateEventTrigStmt", K::create_trigger, C::admin, "CREATE EVENT TRIGGER"},
    {"AlterEventTrigStmt", K::other, C::admin, "ALTER EVENT TRIGGER"},
    {"VacuumStmt", K::vacuum, C::admin, "VACUUM"},
    {"ClusterStmt", K::cluster, C::admin, "CLUSTER"},
    {"ReindexStmt", K::reindex, C::admin, "REINDEX"},
    {"CheckPointStmt", K::other, C::admin, "CHECKPOINT"},

    {"LoadStmt", K::other, C::file_or_program, "LOAD"},

    {"DoStmt", K::do_block, C::procedural, "DO"},
    {"CallStmt", K::call, C::procedural, "CALL"},
    {"ExecuteStmt", K::call, C::procedural, "EXECUTE"},

    {"VariableSetStmt", K::set, C::session, "SET"},
    {"DiscardStmt", K::set, C::session, "DISCARD"},
    {"ListenStmt", K::listen_notify, C::session, "LISTEN"},
    {"UnlistenStmt", K::listen_notify, C::session, "UNLISTEN"},
    {"NotifyStmt", K::listen_notify, C::session, "NOTIFY"},
    {"PrepareStmt", K::prepare, C::session, "PREPARE"},
    {"DeallocateStmt", K::prepare, C::session, "DEALLOCATE"},
    {"DeclareCursorStmt", K::other, C::session, "DECLARE"},
    {"FetchStmt", K::other, C::session, "FETCH"},
    {"ClosePortalStmt", K::other, C::session, "CLOSE"},

    {"TransactionStmt", K::transaction, C::transaction, "transaction control"},
    {"LockStmt", K::lock, C::transaction, "LOCK"},
    {"ConstraintsSetStmt", K::transaction, C::transaction, "SET CONSTRAINTS"},
};

constexpr TargetRow k_targets[] = {
    {"InsertStmt", "relation", ObjectKind::table, Access::write},
    {"UpdateStmt", "relation", ObjectKind::table, Access::write},
    {"DeleteStmt", "relation", ObjectKind::table, Access::write},
    {"MergeStmt", "relation", ObjectKind::table, Access::write},
    {"CopyStmt", "relation", ObjectKind::table, Access::write},
    {"CreateStmt", "relation", ObjectKind::table, Access::create},
    {"ViewStmt", "view", ObjectKind::view, Access::create},
    {"IndexStmt", "relation", ObjectKind::table, Access::alter},
    {"AlterTableStmt", "relation", ObjectKind::table, Access::alter},
    {"RenameStmt", "relation", ObjectKind::table, Access::alter},
    {"AlterObjectSchemaStmt", "relation", ObjectKind::table, Access::alter},
    {"AlterObjectDependsStmt", "relation", ObjectKind::table, Access::alter},
    {"CreateSeqStmt", "sequence", ObjectKind::sequence, Access::create},
    {"AlterSeqStmt", "sequence", ObjectKind::sequence, Access::alter},
    {"CompositeTypeStmt", "typevar", ObjectKind::type, Access::create},
    {"CreateTrigStmt", "relation", ObjectKind::table, Access::alter},
    {"RuleStmt", "relation", ObjectKind::table, Access::alter},
    {"CreatePolicyStmt", "table", ObjectKind::table, Access::alter},
    {"AlterPolicyStmt", "table", ObjectKind::table, Access::alter},
    {"ClusterStmt", "relation", ObjectKind::table, Access::alter},
    {"ReindexStmt", "relation", ObjectKind::index, Access::alter},
    {"RefreshMatViewStmt", "relation", ObjectKind::materialized_view, Access::write},
    {"VacuumRelation", "relation", ObjectKind::table, Access::alter},
    {"IntoClause", "rel", ObjectKind::table, Access::create},
    {"PartitionCmd", "name", ObjectKind::table, Access::alter},
};

constexpr ObjectTypeRow k_object_types[] = {
    {"OBJECT_TABLE", ObjectKind::table, C::ddl},
    {"OBJECT_COLUMN", ObjectKind::table, C::ddl},
    {"OBJECT_TABCONSTRAINT", ObjectKind::table, C::ddl},
    {"OBJECT_FOREIGN_TABLE", ObjectKind::table, C::admin},
    {"OBJECT_VIEW", ObjectKind::view, C::ddl},
    {"OBJECT_MATVIEW", ObjectKind::materialized_view, C::ddl},
    {"OBJECT_INDEX", ObjectKind::index, C::ddl},
    {"OBJECT_SEQUENCE", ObjectKind::sequence, C::ddl},
    {"OBJECT_FUNCTION", ObjectKind::function, C::ddl},
    {"OBJECT_PROCEDURE", ObjectKind::function, C::ddl},
    {"OBJECT_ROUTINE", ObjectKind::function, C::ddl},
    {"OBJECT_AGGREGATE", ObjectKind::function, C::ddl},
    {"OBJECT_TYPE", ObjectKind::type, C::ddl},
    {"OBJECT_ATTRIBUTE", ObjectKind::type, C::ddl},
    {"OBJECT_DOMAIN", ObjectKind::domain, C::ddl},
    {"OBJECT_DOMCONSTRAINT", ObjectKind::domain, C::ddl},
    {"OBJECT_SCHEMA", ObjectKind::schema, C::ddl},
    {"OBJECT_TRIGGER", ObjectKind::trigger, C::ddl},
    {"OBJECT_RULE", ObjectKind::other, C::ddl},
    {"OBJECT_STATISTIC_EXT", ObjectKind::other, C::ddl},
    {"OBJECT_COLLATION", ObjectKind::other, C::ddl},
    {"OBJECT_CONVERSION", ObjectKind::other, C::ddl},
    {"OBJECT_CAST", ObjectKind::other, C::ddl},
    {"OBJECT_OPERATOR", ObjectKind::other, C::ddl},
    {"OBJECT_OPCLASS", ObjectKind::other, C::ddl},
    {"OBJECT_OPFAMILY", ObjectKind::other, C::ddl},
    {"OBJECT_TRANSFORM", ObjectKind::other, C::ddl},
    {"OBJECT_TSCONFIGURATION", ObjectKind::other, C::ddl},
    {"OBJECT_TSDICTIONARY", ObjectKind::other, C::ddl},
    {"OBJECT_TSPARSER", ObjectKind::other, C::ddl},
    {"OBJECT_TSTEMPLATE", ObjectKind::other, C::ddl},
    {"OBJECT_POLICY", ObjectKind::policy, C::privilege},
    {"OBJECT_ROLE", ObjectKind::role, C::privilege},
    {"OBJECT_USER_MAPPING", ObjectKind::role, C::privilege},
    {"OBJECT_DATABASE", ObjectKind::database, C::admin},
    {"OBJECT_TABLESPACE", ObjectKind::other, C::admin},
    {"OBJECT_EXTENSION", ObjectKind::extension, C::admin},
    {"OBJECT_EVENT_TRIGGER", ObjectKind::trigger, C::admin},
    {"OBJECT_FDW", ObjectKind::other, C::admin},
    {"OBJECT_FOREIGN_SERVER", ObjectKind::other, C::admin},
    {"OBJECT_LANGUAGE", ObjectKind::other, C::admin},
    {"OBJECT_ACCESS_METHOD", ObjectKind::other, C::admin},
    {"OBJECT_PUBLICATION", ObjectKind::other, C::admin},
    {"OBJECT_SUBSCRIPTION", ObjectKind::other, C::admin},
};

template <typename Table, typename Member>
auto find_row(const Table& table, Member key, std::string_view name) {
  return std::find_if(std::begin(table), std::end(table), [&](const auto& row) { return row.*key == name; });
}

}  // namespace

const StatementRow* find_statement(std::string_view node) {
  const auto row = find_row(k_statements, &StatementRow::node, node);
  return row == std::end(k_statements) ? nullptr : row;
}

const TargetRow* find_target(std::string_view node) {
  const auto row = find_row(k_targets, &TargetRow::node, node);
  return row == std::end(k_targets) ? nullptr : row;
}

ObjectTypeRow object_type(std::string_view type) {
  const auto row = find_row(k_object_types, &ObjectTypeRow::type, type);
  return row == std::end(k_object_types) ? ObjectTypeRow{type, ObjectKind::other, C::opaque} : *row;
}

}  // namespace dbw::sqlparse::postgresql
