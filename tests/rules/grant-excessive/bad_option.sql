GRANT reporting TO alice WITH ADMIN OPTION;
