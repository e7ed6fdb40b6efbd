UPDATE paths SET dir = 'C:\' WHERE id = 1;
