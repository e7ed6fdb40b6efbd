CREATE EVENT TRIGGER log ON ddl_command_end EXECUTE FUNCTION log_ddl();
