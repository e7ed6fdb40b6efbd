#!/bin/sh
# The server's side of examples/host/exec.yaml, by somebody who may configure Vault (or OpenBao: the same with `bao`).
# The database's roles dbw_guard, dbw_change and dbw_read exist (NOLOGIN is enough), and dbw-exec setup gave them their
# rights. An account on loan acts as its role, so that what it makes belongs to that role and stays.
set -eu
vault secrets enable database
vault write database/config/shop plugin_name=postgresql-database-plugin \
  allowed_roles=shop-guard,shop-change,shop-read username=vault password=- \
  connection_url='postgresql://{{username}}:{{password}}@db.example.org:5432/shop?sslmode=verify-full'
vault write -force database/rotate-root/shop
for role in guard change read; do
  vault write "database/roles/shop-$role" db_name=shop default_ttl=15m max_ttl=8h \
    creation_statements="CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE dbw_$role; ALTER ROLE \"{{name}}\" SET role TO dbw_$role;" \
    renew_statements="ALTER ROLE \"{{name}}\" VALID UNTIL '{{expiration}}';" \
    revocation_statements="DROP ROLE IF EXISTS \"{{name}}\";"
done
vault policy write dbw-exec vault-policy.hcl
vault auth enable approle
vault write auth/approle/role/dbw-exec token_policies=dbw-exec token_ttl=15m token_max_ttl=8h \
  secret_id_bound_cidrs=192.0.2.10/32 token_bound_cidrs=192.0.2.10/32
