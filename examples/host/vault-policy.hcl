# What the executor's token may do, and nothing else: vault policy write dbw-exec vault-policy.hcl
# (Logging in, and renewing and revoking its own token, are in Vault's policy "default".)
path "database/creds/shop-guard"  { capabilities = ["read"] }
path "database/creds/shop-change" { capabilities = ["read"] }
path "database/creds/shop-read"   { capabilities = ["read"] }

path "sys/leases/renew"  { capabilities = ["update"] }
path "sys/leases/revoke" { capabilities = ["update"] }
