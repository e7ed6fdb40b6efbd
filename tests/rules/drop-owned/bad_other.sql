REASSIGN OWNED BY bob TO carol;
DROP OWNED BY bob, dave;
