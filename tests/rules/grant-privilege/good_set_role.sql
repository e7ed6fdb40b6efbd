SET ROLE app_owner;
RESET ROLE;
