UPDATE paths SET dir = 'C:\dir\file', other = E'C:\\', quoted = 'it''s' WHERE id = 1;
